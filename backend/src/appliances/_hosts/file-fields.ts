import { z } from 'zod';
import { type FieldMeta, integer } from '../../plugins/fields.ts';

/** Settings fields for files and commands, the same in every driver that has them. */

export function path(meta: FieldMeta) {
  return z
    .string()
    .trim()
    .refine(isPlainPath, 'A path from the root folder on, without . or .. in it, such as /etc/ssl/www/key.pem')
    .meta({ ...meta });
}

export function mode(meta: FieldMeta) {
  return z
    .string()
    .trim()
    .regex(/^0?[0-7]{3}$/, 'Three octal digits, such as 0640')
    .meta({ ...meta });
}

export const keyMode = mode({
  title: 'Mode of the key',
  help: 'Octal. Also of a file with key and certificate together. It is never wider than this, not for an instant.',
  advanced: true,
}).default('0600');

export const certificateMode = mode({ title: 'Mode of the certificates', help: 'Octal.', advanced: true }).default(
  '0644',
);

export const owner = z
  .string()
  .trim()
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9_.-]*(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?$/,
    'A user, or user:group, as names or numbers, such as root:ssl-cert',
  )
  .meta({
    title: 'Owner',
    help: 'user or user:group. When left out: that of the file that is replaced, otherwise whoever writes it. Only root may give files away.',
    example: 'root:ssl-cert',
    advanced: true,
  } satisfies FieldMeta)
  .optional();

/** A program and its arguments. */
export function command(meta: FieldMeta) {
  return z
    .array(z.string().min(1))
    .min(1)
    .meta({ ...meta, wholeLines: true });
}

export const commandTimeout = integer(
  { title: 'Command timeout (s)', help: 'After this time a command is told to end.', advanced: true },
  { min: 1, max: 600 },
).default(60);

export function keptOld(byDefault: number) {
  return integer(
    {
      title: 'Earlier files kept',
      help: 'How many generations stay beside the new files, as .NAME.DATE.old. They hold earlier private keys.',
      advanced: true,
    },
    { min: 0, max: 50 },
  ).default(byDefault);
}

/** `0640` to its number. */
export function bits(octal: string): number {
  return Number.parseInt(octal, 8);
}

function isPlainPath(text: string): boolean {
  const [root, ...parts] = text.split('/');
  // A control character in a path is a slip of the hand, and unreadable in every message about it.
  const isClean = (part: string) => part !== '' && part !== '.' && part !== '..' && !/\p{Cc}/u.test(part);
  return root === '' && parts.length > 0 && parts.every(isClean);
}
