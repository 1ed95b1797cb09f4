import { dirname } from 'node:path';
import { AppError, type ErrorCode } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import { ProgramNotStarted, type ProgramResult, plainEnvironment, runProgram } from '../../plugins/run-program.ts';
import { wordsOf } from '../program-words.ts';
import type { TxtRecord } from '../provider.ts';
import { readVariables, type Variables } from '../variables.ts';

/** A program of the person's own, as readme.md describes it. */
export interface Script {
  readonly path: string;
  /** `NAME=value` lines. */
  readonly variables?: Secret | undefined;
  readonly timeoutSeconds: number;
}

/** What the exit statuses mean; the numbers are those of sysexits.h. Any other is DNS_REFUSED. */
const STATUSES: Readonly<Record<number, readonly [code: ErrorCode, words: string]>> = {
  68: ['DNS_ZONE_NOT_FOUND', 'knows no zone for the name'],
  69: ['DNS_UNREACHABLE', 'does not reach the DNS service'],
  75: ['DNS_RATE_LIMITED', 'asks to try again later'],
  77: ['DNS_DENIED', 'was denied by the DNS service'],
  78: ['INVALID_SETTINGS', 'is not set up as it needs to be'],
};

/**
 * Publishes or removes one value.
 *
 * @throws AppError as `STATUSES` says; DNS_UNREACHABLE when it does not end in time; INVALID_SETTINGS when it cannot be started
 */
export async function change(
  script: Script,
  action: 'present' | 'cleanup',
  record: TxtRecord,
  signal: AbortSignal,
): Promise<void> {
  const { fqdn, value, zone, ttlSeconds } = record;
  const about = {
    CERTFERRY_FQDN: fqdn,
    CERTFERRY_VALUE: value,
    CERTFERRY_ZONE: zone,
    CERTFERRY_TTL: String(ttlSeconds),
  };
  // With the dot, as lego writes it, so that scripts for lego fit: https://go-acme.github.io/lego/dns/exec/
  await run(script, [action, `${fqdn}.`, value], about, signal);
}

/** The zones it says it can write: a line each. @throws as `change` */
export async function check(script: Script, signal: AbortSignal): Promise<readonly string[]> {
  const { stdout } = await run(script, ['check'], {}, signal);
  const lines = stdout.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '');
}

async function run(
  script: Script,
  args: readonly [action: string, ...rest: string[]],
  about: Variables,
  signal: AbortSignal,
): Promise<ProgramResult> {
  signal.throwIfAborted();
  const { path, timeoutSeconds } = script;
  const variables = readVariables(script.variables);
  const env = { ...plainEnvironment(), ...variables, ...about, CERTFERRY_ACTION: args[0] };
  const program = { file: path, args, env, cwd: dirname(path), timeoutMs: timeoutSeconds * 1000 };
  const result = await runProgram(program, signal).catch((cause: unknown) => {
    if (!(cause instanceof ProgramNotStarted)) throw cause;
    throw new AppError('INVALID_SETTINGS', `${path} cannot be run: ${startWords(cause)}.`, { cause });
  });
  if (result.exitCode === 0 && !result.timedOut) return result;
  const [code, words] = meaningOf(result, timeoutSeconds);
  throw new AppError(code, `${path} ${words}.`, {
    evidence: { request: [path, ...args].join(' '), body: wordsOf(result, Object.values(variables)) },
  });
}

function meaningOf(result: ProgramResult, timeoutSeconds: number): readonly [ErrorCode, string] {
  const { exitCode, signal, timedOut } = result;
  if (timedOut) return ['DNS_UNREACHABLE', `did not end within ${timeoutSeconds} s`];
  if (exitCode === null) return ['DNS_UNREACHABLE', `was ended by ${signal}`];
  const [code, words] = STATUSES[exitCode] ?? ['DNS_REFUSED', 'failed'];
  return [code, `${words} (exit status ${exitCode})`];
}

function startWords({ code }: ProgramNotStarted): string {
  if (code === 'ENOENT') return 'there is no such file, or the interpreter in its first line does not exist';
  if (code === 'EACCES') return 'it is not executable for the user of certferry';
  if (code === 'ENOEXEC') return 'it is no program; a script needs a first line such as #!/bin/sh';
  return code;
}
