import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, type ErrorCode } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import { ProgramNotStarted, type ProgramResult, plainEnvironment, runProgram } from '../../plugins/run-program.ts';
import { makeTemporaryFolder } from '../../plugins/temporary-folder.ts';
import { wordsOf } from '../program-words.ts';
import { readVariables } from '../variables.ts';
import { STATUS, STEPS } from './shell.ts';

/** One script of an installed acme.sh, with what it needs. */
export interface Installation {
  /** Where acme.sh is installed: the folder with the file acme.sh in it. */
  readonly home: string;
  /** Name of a script, `dns_cf`. Only letters, digits and `_`. */
  readonly provider: string;
  /** `NAME=value` lines. */
  readonly credentials?: Secret | undefined;
  readonly timeoutSeconds: number;
}

export interface Change {
  readonly action: 'add' | 'rm';
  readonly fqdn: string;
  readonly value: string;
}

/**
 * Calls `<provider>_add` or `<provider>_rm`; without a change it only looks whether both are there.
 *
 * @throws AppError INVALID_SETTINGS when acme.sh or the script cannot be used; DNS_UNREACHABLE when it has no connection or
 *   does not end in time; DNS_REFUSED when the script says no, with its words
 */
export async function callScript(
  installation: Installation,
  change: Change | null,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const { home, provider, timeoutSeconds } = installation;
  const script = await scriptOf(installation);
  const credentials = readVariables(installation.credentials);
  const args = change ? [change.action, change.fqdn, change.value] : ['check'];
  const result = await inPrivateFolder(async (folder) => {
    const env = { ...plainEnvironment(), ...credentials, ...environmentOf(home, folder) };
    const shellArgs = ['--noprofile', '--norc', '-c', STEPS, 'acme.sh', home, script, provider, ...args];
    return await runBash({ args: shellArgs, env, cwd: folder, timeoutMs: timeoutSeconds * 1000 }, signal);
  });
  if (result.exitCode === 0 && !result.timedOut) return;
  const words = wordsOf(result, Object.values(credentials));
  const [code, meaning] = meaningOf(result, installation, script);
  throw new AppError(code, `${meaning}.`, {
    evidence: { request: `${provider}_${args.join(' ')}`, body: words },
  });
}

/** acme.sh looks for a script in these places: https://github.com/acmesh-official/acme.sh/wiki/DNS-API-Dev-Guide */
async function scriptOf({ home, provider }: Installation): Promise<string> {
  if (!(await isFile(join(home, 'acme.sh')))) {
    throw new AppError('INVALID_SETTINGS', `There is no acme.sh in ${home}.`);
  }
  for (const path of [join(home, 'dnsapi', `${provider}.sh`), join(home, `${provider}.sh`)]) {
    if (await isFile(path)) return path;
  }
  throw new AppError('INVALID_SETTINGS', `acme.sh in ${home} has no script dnsapi/${provider}.sh.`);
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() ?? false;
}

/**
 * Where acme.sh writes what it is told to remember, its HTTP headers and its log: not into the person's installation.
 * `_SCRIPT_HOME` keeps it from looking for itself by the name it was started with.
 */
function environmentOf(home: string, folder: string): Readonly<Record<string, string>> {
  return {
    _SCRIPT_HOME: home,
    LE_WORKING_DIR: home,
    LE_CONFIG_HOME: folder,
    CERT_HOME: folder,
    CA_HOME: join(folder, 'ca'),
    ACCOUNT_CONF_PATH: join(folder, 'account.conf'),
    HTTP_HEADER: join(folder, 'http.header'),
    LE_TEMP_DIR: folder,
    TMPDIR: folder,
    NO_TIMESTAMP: '1',
  };
}

/** Readable by nobody else, and gone afterwards: acme.sh saves credentials there. */
async function inPrivateFolder<Result>(act: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await makeTemporaryFolder('certferry-acme-sh-');
  try {
    return await act(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type BashRun = Omit<Parameters<typeof runProgram>[0], 'file'>;

async function runBash(run: BashRun, signal: AbortSignal): Promise<ProgramResult> {
  try {
    return await runProgram({ ...run, file: 'bash' }, signal);
  } catch (cause) {
    if (!(cause instanceof ProgramNotStarted)) throw cause;
    throw new AppError('INVALID_SETTINGS', `bash, which acme.sh needs, cannot be run (${cause.code}).`, { cause });
  }
}

function meaningOf(
  result: ProgramResult,
  { home, provider, timeoutSeconds }: Installation,
  script: string,
): readonly [ErrorCode, string] {
  if (result.timedOut) return ['DNS_UNREACHABLE', `${provider} of acme.sh did not end within ${timeoutSeconds} s`];
  switch (result.exitCode) {
    case null:
      return ['DNS_UNREACHABLE', `${provider} of acme.sh was ended by ${result.signal}`];
    case STATUS.noAcmeSh:
      return ['INVALID_SETTINGS', `${join(home, 'acme.sh')} cannot be loaded`];
    case STATUS.noScript:
      return ['INVALID_SETTINGS', `${script} cannot be loaded`];
    case STATUS.noFunction:
      return ['INVALID_SETTINGS', `${script} does not define ${provider}_add and ${provider}_rm`];
    default:
      return hasNoConnection(result)
        ? ['DNS_UNREACHABLE', `${provider} of acme.sh has no connection to the DNS service`]
        : ['DNS_REFUSED', `${provider} of acme.sh failed`];
  }
}

/**
 * acme.sh's own HTTP functions name the error number of curl or wget with a fixed address. Meant are: no name, no
 * connection, no answer in time, broken off. https://curl.se/libcurl/c/libcurl-errors.html
 */
function hasNoConnection({ stderr }: ProgramResult): boolean {
  return /libcurl-errors\.html for error code: (?:5|6|7|28|52|55|56)$|Exit-Status\.html for error code: 4$/m.test(
    stderr,
  );
}
