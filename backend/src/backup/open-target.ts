import { AppError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';
import { folderTarget } from './folder-target.ts';
import { s3Target } from './s3-target.ts';
import type { BackupTarget } from './target.ts';

export interface TargetSettings {
  /** An absolute path, or `s3://bucket/prefix`. */
  readonly to: string;
  readonly s3: {
    readonly endpoint: string | null;
    readonly region: string;
    readonly accessKeyId: string | null;
    readonly secretAccessKey: Secret | null;
  };
}

/** @throws AppError INVALID_SETTINGS when half of a key pair is given. */
export function openTarget({ to, s3 }: TargetSettings): BackupTarget {
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(to) ?? [];
  if (bucket === undefined) return folderTarget(to);
  const { endpoint, region, accessKeyId, secretAccessKey } = s3;
  if ((accessKeyId === null) !== (secretAccessKey === null)) {
    throw new AppError(
      'INVALID_SETTINGS',
      'CERTFERRY_S3_ACCESS_KEY_ID and CERTFERRY_S3_SECRET_ACCESS_KEY belong together: set both, or neither.',
    );
  }
  const credentials = accessKeyId !== null && secretAccessKey !== null ? { accessKeyId, secretAccessKey } : null;
  return s3Target({ bucket, prefix: prefix && `${prefix.replace(/\/+$/, '')}/`, region, endpoint, credentials });
}
