import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { missing } from '../../../test/support/programs.ts';
import { type ProgramRun, plainEnvironment, runProgram } from './run-program.ts';

/** Root may signal everybody, unless this capability is taken away. */
const WITHOUT_KILL = ['--bounding-set=-kill', '--inh-caps=-kill'];
const POWERLESS = ['--import', 'tsx', join(import.meta.dirname, '../../../test/support/powerless-run.ts')];
const SETPRIV = 'setpriv';
const NEEDS = missing(SETPRIV) ?? (process.getuid?.() === 0 ? null : 'needs root, to run a program as another user');
const asRoot = test.skipIf(NEEDS);
if (NEEDS) test.skip(`a program of another user ${NEEDS}`, () => {});

const never = new AbortController().signal;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certferry-run-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function shell(script: string, more: Partial<ProgramRun> = {}): ProgramRun {
  return { file: '/bin/sh', args: ['-c', script], env: plainEnvironment(), timeoutMs: 20_000, ...more };
}

describe('a program that runs to its end', () => {
  test('its output and exit status are the result', async () => {
    const result = await runProgram(shell('echo out; echo err >&2; exit 3'), never);

    expect(result).toEqual({ exitCode: 3, signal: null, timedOut: false, stdout: 'out\n', stderr: 'err\n' });
  });

  test('arguments arrive as they are, whatever they hold', async () => {
    const args = ['-c', 'printf "%s\\n" "$@"', 'sh', '$(id)', 'a b', '"; exit 9', "'*"];

    const result = await runProgram(shell('', { args }), never);

    expect(result.stdout).toBe('$(id)\na b\n"; exit 9\n\'*\n');
  });

  test('it gets the given environment and nothing else', async () => {
    const env = { ...plainEnvironment(), GIVEN: 'x y' };

    const result = await runProgram({ file: '/usr/bin/env', args: [], env, timeoutMs: 20_000 }, never);

    const lines = result.stdout.trim().split('\n').sort();
    expect(lines).toEqual(['GIVEN=x y', `HOME=${homedir()}`, 'LANG=C.UTF-8', `PATH=${env.PATH}`]);
  });

  test('it has no input to wait for', async () => {
    const result = await runProgram(shell('read -r line || echo nothing'), never);

    expect(result.stdout).toBe('nothing\n');
  });

  test('of much output the last part is kept', async () => {
    const result = await runProgram(shell('head -c 300000 /dev/zero | tr "\\0" x; echo end'), never);

    expect(result.stdout).toHaveLength(64 * 1024);
    expect(result.stdout.endsWith('xend\n')).toBe(true);
  });

  test('a child it leaves behind does not keep it', async () => {
    const started = performance.now();

    const result = await runProgram(shell('sleep 5 & echo done'), never);

    expect(result).toMatchObject({ exitCode: 0, stdout: 'done\n' });
    expect(performance.now() - started).toBeLessThan(3000);
  });

  test('a signal that ended it is named', async () => {
    const result = await runProgram(shell('kill -9 $$'), never);

    expect(result).toMatchObject({ exitCode: null, signal: 'SIGKILL', timedOut: false });
  });
});

describe('a program that does not end', () => {
  /** Writes its own process id and that of a child, both deaf to SIGTERM. */
  const deaf = `trap '' TERM; (while :; do sleep 0.1; done) & echo "$$ $!" > pids; while :; do sleep 0.1; done`;

  test('is killed with all its children on abort, and the reason is thrown', async () => {
    const abort = new AbortController();
    const reason = new Error('cancelled by the test');

    const outcome = runProgram(shell(deaf, { cwd: folder }), abort.signal).catch((err) => err);
    const pids = await pidsOnceWritten();
    abort.abort(reason);

    expect(await outcome).toBe(reason);
    for (const pid of pids) await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 10_000 });
  });

  test('is ended when its time is over', async () => {
    const result = await runProgram(shell('echo waiting; sleep 30', { timeoutMs: 1_000 }), never);

    expect(result).toMatchObject({ exitCode: null, signal: 'SIGTERM', timedOut: true, stdout: 'waiting\n' });
  });

  test('is not started when the signal is aborted before', async () => {
    const reason = new Error('cancelled before');

    const outcome = runProgram(shell('echo > started', { cwd: folder }), AbortSignal.abort(reason));

    await expect(outcome).rejects.toBe(reason);
    await expect(readFile(join(folder, 'started'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  asRoot('is left behind when it belongs to another user, as under sudo', async () => {
    const program = ['/usr/bin/setpriv', '--reuid=65534', '--clear-groups', 'sleep', '20'];

    const { status, stdout } = spawnSync(SETPRIV, [...WITHOUT_KILL, process.execPath, ...POWERLESS, ...program], {
      encoding: 'utf8',
    });

    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('"timedOut":true') });
  });

  async function pidsOnceWritten(): Promise<readonly number[]> {
    const text = await vi.waitFor(
      async () => {
        const written = await readFile(join(folder, 'pids'), 'utf8');
        expect(written).toMatch(/^\d+ \d+\n$/);
        return written;
      },
      { timeout: 10_000 },
    );
    return text.trim().split(' ').map(Number);
  }
});

describe('a program that cannot be started', () => {
  test('because it is not there', async () => {
    const outcome = runProgram({ ...shell(''), file: join(folder, 'absent') }, never);

    await expect(outcome).rejects.toMatchObject({ name: 'ProgramNotStarted', code: 'ENOENT' });
  });

  test('because it is not executable', async () => {
    const file = join(folder, 'plain');
    await writeFile(file, '#!/bin/sh\n', { mode: 0o600 });

    const outcome = runProgram({ ...shell(''), file }, never);

    await expect(outcome).rejects.toMatchObject({ name: 'ProgramNotStarted', code: 'EACCES' });
  });

  test('because an argument holds a NUL', async () => {
    const outcome = runProgram(shell('', { args: ['a\0b'] }), never);

    await expect(outcome).rejects.toMatchObject({ name: 'ProgramNotStarted', code: 'ERR_INVALID_ARG_VALUE' });
  });
});

/** Not of a process that is dead and only waits to be collected, as orphans do in a container without an init. */
function isRunning(pid: number): boolean {
  const state = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return state !== '' && !state.startsWith('Z');
}
