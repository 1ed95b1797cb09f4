import type { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { servedAtField } from '../../plugins/served-at.ts';
import type { RestartKind } from '../driver.ts';
import { certificateMode, command, commandTimeout, keptOld, keyMode, owner, path } from './file-fields.ts';
import type { FileTarget, TargetFile } from './file-target.ts';

/** Settings fields of a host that wants its certificate in files of the person's choice. */
export function targetFields({ keepOld }: { readonly keepOld: number }) {
  return {
    servedAt: servedAtField,
    keyFile: path({
      title: 'Key file',
      help: 'File for the private key, PKCS#8. Its folder has to be there.',
      example: '/etc/ssl/www/key.pem',
    }).optional(),
    fullchainFile: path({
      title: 'Certificate with intermediates',
      help: 'What most servers want: the certificate, then those of the CAs, without the root.',
      example: '/etc/ssl/www/fullchain.pem',
    }).optional(),
    certificateFile: path({ title: 'Certificate alone', example: '/etc/ssl/www/cert.pem' }).optional(),
    chainFile: path({ title: 'Intermediates alone', example: '/etc/ssl/www/chain.pem' }).optional(),
    combinedFile: path({
      title: 'Key and certificates together',
      help: 'One file with the key first, then certificate and intermediates, as Postfix and lighttpd take it.',
      example: '/etc/ssl/www/combined.pem',
    }).optional(),
    reloadCommand: command({
      title: 'Command afterwards',
      help: 'Makes the service take the new files: the program and each argument on a line of its own. No shell reads it. When left out, the service has to look at its files by itself.',
      example: 'systemctl\nreload\npostfix',
    }).optional(),
    keyMode,
    certificateMode,
    owner,
    keepOld: keptOld(keepOld),
    commandTimeoutSeconds: commandTimeout,
  };
}

export type TargetSettings = Readonly<z.output<z.ZodObject<ReturnType<typeof targetFields>>>>;

/** @throws AppError INVALID_SETTINGS when no file gets the key, or none the certificate, or one path stands there twice. */
export function filesOf(settings: TargetSettings): readonly TargetFile[] {
  const { keyFile, combinedFile, certificateFile, chainFile, fullchainFile, keyMode, certificateMode } = settings;
  const wanted = [
    { form: 'key', path: keyFile, mode: keyMode },
    { form: 'combined', path: combinedFile, mode: keyMode },
    { form: 'chain', path: chainFile, mode: certificateMode },
    { form: 'fullchain', path: fullchainFile, mode: certificateMode },
    { form: 'certificate', path: certificateFile, mode: certificateMode },
  ] as const;
  const files = wanted.flatMap(({ path, ...rest }) => (path === undefined ? [] : [{ ...rest, path }]));
  const has = (...forms: readonly TargetFile['form'][]) => files.some(({ form }) => forms.includes(form));
  if (!has('key', 'combined')) {
    throw new AppError(
      'INVALID_SETTINGS',
      'Key file (keyFile): is missing; or give a file for key and certificates together.',
    );
  }
  if (!has('combined', 'fullchain', 'certificate')) {
    throw new AppError(
      'INVALID_SETTINGS',
      'Certificate with intermediates (fullchainFile): is missing; or give another file for the certificate.',
    );
  }
  const twice = files.find(({ path }, index) => files.findIndex((other) => other.path === path) !== index);
  if (twice) throw new AppError('INVALID_SETTINGS', `${twice.path} stands there twice: each file holds one thing.`);
  return files;
}

/** @throws AppError INVALID_SETTINGS */
export function reloadOf({ reloadCommand, commandTimeoutSeconds }: TargetSettings): FileTarget['reload'] {
  const [program, ...args] = reloadCommand ?? [];
  return program === undefined ? null : { argv: [program, ...args], timeoutMs: commandTimeoutSeconds * 1000 };
}

/** Of settings as they are stored: without a command, a new certificate is only put there. */
export function restartBySettings({ reloadCommand }: Readonly<Record<string, unknown>>): RestartKind {
  return Array.isArray(reloadCommand) && reloadCommand.length > 0 ? 'free' : 'none';
}
