import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import { AppError } from '../domain/errors.ts';
import type { Secret } from '../domain/secret.ts';
import { FILE_MODE } from '../store/private-files.ts';
import { type BackupTarget, isArchiveName, type StoredArchive } from './target.ts';

export interface S3Settings {
  readonly bucket: string;
  /** Ends with a slash, or is empty. */
  readonly prefix: string;
  readonly region: string;
  /** Of another service than Amazon's; its buckets are then addressed by path. */
  readonly endpoint: string | null;
  /** Null: those that the SDK finds by itself. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: Secret } | null;
}

/** A bucket of any storage that speaks the API of Amazon S3. */
export function s3Target(settings: S3Settings): BackupTarget {
  const { bucket, prefix } = settings;
  const place = `s3://${bucket}/${prefix}`;
  const call = async <T>(what: string, work: (sdk: Sdk, client: S3Client) => Promise<T>): Promise<T> => {
    const sdk = await import('@aws-sdk/client-s3');
    const client = openClient(sdk, settings);
    try {
      return await work(sdk, client);
    } catch (cause) {
      throw failure(what, place, cause);
    } finally {
      client.destroy();
    }
  };
  return {
    place,
    put: (name, file, signal) =>
      call('store', async ({ PutObjectCommand }, client) => {
        const body = { Body: createReadStream(file), ContentLength: (await stat(file)).size };
        await client.send(new PutObjectCommand({ Bucket: bucket, Key: prefix + name, ...body }), {
          ...(signal && signal && { abortSignal: signal }),
        });
      }),
    list: () => call('list', (sdk, client) => listAll(sdk, client, settings)),
    get: (name, file, signal) =>
      call('fetch', async ({ GetObjectCommand }, client) => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: prefix + name }), {
          ...(signal && signal && { abortSignal: signal }),
        });
        if (!(Body instanceof Readable)) throw new Error('The storage answered without a body.');
        await pipeline(Body, createWriteStream(file, { mode: FILE_MODE }), { signal });
      }),
    remove: (name) =>
      call('remove', async ({ DeleteObjectCommand }, client) => {
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: prefix + name }));
      }),
  };
}

type Sdk = typeof import('@aws-sdk/client-s3');

function openClient({ S3Client }: Sdk, { region, endpoint, credentials }: S3Settings): S3Client {
  return new S3Client({
    region,
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
    ...(credentials && {
      credentials: { accessKeyId: credentials.accessKeyId, secretAccessKey: credentials.secretAccessKey.reveal() },
    }),
    // Storages other than Amazon's do not all know the checksums that the SDK adds by default.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

async function listAll(
  { paginateListObjectsV2 }: Sdk,
  client: S3Client,
  { bucket, prefix }: S3Settings,
): Promise<readonly StoredArchive[]> {
  const found: StoredArchive[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
    for (const { Key = '', Size = 0 } of Contents) found.push({ name: Key.slice(prefix.length), bytes: Size });
  }
  return found.filter(({ name }) => isArchiveName(name)).sort((a, b) => a.name.localeCompare(b.name));
}

function failure(what: string, place: string, cause: unknown): AppError {
  const name = cause instanceof Error ? cause.name : '';
  const words = cause instanceof Error ? cause.message : String(cause);
  if (name === 'NoSuchKey') return new AppError('NOT_FOUND', `There is no such backup in ${place}.`, { cause });
  return new AppError('BACKUP_FAILED', `Cannot ${what} in ${place}: ${name} ${words}`.trim(), { cause });
}
