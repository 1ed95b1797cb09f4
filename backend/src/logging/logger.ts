import { pino } from 'pino';
import { toldError } from '../crash.ts';
import type { Secret } from '../domain/secret.ts';
import type { Logger } from '../plugins/plugin.ts';
import { redactLine } from './redact-line.ts';
import { textLine } from './text-line.ts';

export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** `auto`: text on a terminal, JSON everywhere else. */
  readonly format: 'auto' | 'json' | 'text';
  /** Removed wherever they stand in a line. */
  readonly secrets: readonly Secret[];
}

export interface LogOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Fields that must never be logged, whoever passes them: what people type into these has no use in a log. */
const SECRET_FIELDS = [
  'password',
  'passphrase',
  'secret',
  'token',
  'authorization',
  'cookie',
  'keySecret',
  'privateKey',
];

/** The log of the daemon: a line for each message. */
export function createLogger({ level, format, secrets }: LoggerOptions, out: LogOutput): Logger {
  const asText = format === 'text' || (format === 'auto' && out.isTTY === true);
  const colours = asText && out.isTTY === true;
  return pino(
    {
      level,
      serializers: { err: (err: unknown) => toldError(err) },
      redact: { paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '***' },
    },
    {
      write(line: string) {
        const clean = redactLine(line, secrets);
        out.write(asText ? textLine(clean, colours) : clean);
      },
    },
  );
}
