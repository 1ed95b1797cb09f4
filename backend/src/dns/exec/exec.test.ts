import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AppError } from '../../domain/errors.ts';
import { systemClock } from '../../plugins/clock.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { exec } from './index.ts';

const never = new AbortController().signal;
const RECORD = {
  fqdn: '_acme-challenge.cucm.example.test',
  value: '-value; $(id)',
  zone: 'example.test',
  ttlSeconds: 60,
};
const deps: PluginDeps = {
  http: () => {
    throw new Error('unused');
  },
  ssh: { open: () => Promise.reject(new Error('unused')), hostKey: () => Promise.reject(new Error('unused')) },
  clock: systemClock,
  log: { debug() {}, info() {}, warn() {}, error() {} },
};
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certferry-exec-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function providerOf(body: string, settings: Readonly<Record<string, unknown>> = {}, mode = 0o700) {
  const path = join(folder, 'script');
  await writeFile(path, `#!/bin/sh\n${body}\n`, { mode });
  return exec.create(exec.settings.parse({ path, ...settings }), deps);
}

async function failureOf(outcome: Promise<unknown>): Promise<AppError> {
  return outcome.then(
    () => expect.fail('It succeeded.'),
    (err) => err,
  );
}

function written(name: string): Promise<string> {
  return readFile(join(folder, name), 'utf8');
}

describe('what the program gets', () => {
  test('the action, the absolute name and the value, untouched by any shell', async () => {
    const provider = await providerOf(`printf '%s\\n' "$#" "$@" >> args`);

    await provider.present(RECORD, never);
    await provider.cleanUp(RECORD, null, never);

    const common = ['_acme-challenge.cucm.example.test.', '-value; $(id)'];
    expect((await written('args')).trim().split('\n')).toEqual(['3', 'present', ...common, '3', 'cleanup', ...common]);
  });

  test('an environment of its own', async () => {
    const variables = '# ours\nexport TOKEN="a b"\nLANG=de_DE.UTF-8';
    const provider = await providerOf('/usr/bin/env > env', { variables });

    await provider.present(RECORD, never);

    // A shell adds the last ones itself.
    const lines = (await written('env'))
      .trim()
      .split('\n')
      .filter((line) => !/^(PWD|OLDPWD|SHLVL|_)=/.test(line));
    expect(lines.sort()).toEqual([
      'CERTFERRY_ACTION=present',
      'CERTFERRY_FQDN=_acme-challenge.cucm.example.test',
      'CERTFERRY_TTL=60',
      'CERTFERRY_VALUE=-value; $(id)',
      'CERTFERRY_ZONE=example.test',
      `HOME=${homedir()}`,
      'LANG=de_DE.UTF-8',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'TOKEN=a b',
    ]);
  });

  test('a zone for itself: calls for one zone follow each other', async () => {
    const provider = await providerOf('mkdir busy || exit 1; sleep 0.05; rmdir busy; echo "$3" >> done');
    const again = await providerOf('mkdir busy || exit 1; sleep 0.05; rmdir busy; echo "$3" >> done');

    await Promise.all([
      provider.present({ ...RECORD, value: 'one' }, never),
      again.present({ ...RECORD, value: 'two' }, never),
      provider.cleanUp({ ...RECORD, value: 'three' }, null, never),
    ]);

    expect((await written('done')).trim().split('\n')).toEqual(['one', 'two', 'three']);
  });
});

describe('how it ends', () => {
  test.each([
    [1, 'DNS_REFUSED'],
    [2, 'DNS_REFUSED'],
    [68, 'DNS_ZONE_NOT_FOUND'],
    [69, 'DNS_UNREACHABLE'],
    [75, 'DNS_RATE_LIMITED'],
    [77, 'DNS_DENIED'],
    [78, 'INVALID_SETTINGS'],
  ])('exit status %d is %s', async (status, code) => {
    const provider = await providerOf(`echo about to fail; echo the reason >&2; exit ${status}`);

    const failure = await failureOf(provider.present(RECORD, never));

    expect(failure).toMatchObject({ code, evidence: { body: 'about to fail\nthe reason' } });
    expect(failure.message).toContain(`exit status ${status}`);
    expect(failure.evidence?.request).toContain('present _acme-challenge.cucm.example.test.');
  });

  test('a signal from elsewhere is worth another try', async () => {
    const provider = await providerOf('kill -9 $$');

    const failure = await failureOf(provider.present(RECORD, never));

    expect(failure).toMatchObject({ code: 'DNS_UNREACHABLE', message: expect.stringContaining('SIGKILL') });
  });

  test('too late is DNS_UNREACHABLE, with what it said until then', async () => {
    const provider = await providerOf('echo waiting; sleep 30', { timeoutSeconds: 1 });

    const failure = await failureOf(provider.present(RECORD, never));

    expect(failure).toMatchObject({ code: 'DNS_UNREACHABLE', evidence: { body: 'waiting' } });
    expect(failure.message).toContain('did not end within 1 s');
  });

  test('an abort ends it, and its reason is thrown', async () => {
    const provider = await providerOf('echo > started; sleep 30; echo > finished');
    const abort = new AbortController();
    const reason = new Error('cancelled by the test');

    const outcome = provider.present(RECORD, abort.signal).catch((err) => err);
    await vi.waitFor(() => written('started'), { timeout: 10_000 });
    abort.abort(reason);

    expect(await outcome).toBe(reason);
    await expect(written('finished')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('long words are cut at their beginning, and its variables are taken out of them', async () => {
    const variables = 'TOKEN=secret-token';
    const provider = await providerOf('head -c 5000 /dev/zero | tr "\\0" x; echo; echo "bad $TOKEN"; exit 1', {
      variables,
    });

    const failure = await failureOf(provider.present(RECORD, never));

    expect(failure.evidence?.body).toMatch(/^… x+\nbad \*\*\*$/);
    expect(failure.evidence?.body).toHaveLength(2002);
  });
});

describe('the test button', () => {
  test('asks a program that knows check for its zones', async () => {
    const provider = await providerOf('[ "$*" = check ] && printf "example.test\\n\\n other.test \\n"', {
      knowsCheck: true,
    });

    expect(await provider.check(never)).toEqual(['example.test', 'other.test']);
  });

  test('does not call a program that does not', async () => {
    const provider = await providerOf('echo > called');

    expect(await provider.check(never)).toEqual([]);
    await expect(written('called')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('names a program that is not there', async () => {
    const provider = exec.create(exec.settings.parse({ path: join(folder, 'absent') }), deps);

    const failures = [await failureOf(provider.check(never)), await failureOf(provider.present(RECORD, never))];

    expect(failures.map(({ code }) => code)).toEqual(['INVALID_SETTINGS', 'INVALID_SETTINGS']);
  });

  test('names a program that is not executable', async () => {
    const provider = await providerOf('exit 0', {}, 0o600);

    const failures = [await failureOf(provider.check(never)), await failureOf(provider.present(RECORD, never))];

    expect(failures.map(({ code }) => code)).toEqual(['INVALID_SETTINGS', 'INVALID_SETTINGS']);
    expect(failures[0]?.message).toContain('not executable');
  });
});

test('a relative path is no setting', () => {
  expect(() => exec.settings.parse({ path: 'update-dns' })).toThrow('absolute');
});

test('a wrong line among the variables is named when the program is called', async () => {
  const provider = await providerOf('exit 0', { variables: 'GOOD=1\nsecret-token' });

  const failure = await failureOf(provider.present(RECORD, never));

  expect(failure).toMatchObject({ code: 'INVALID_SETTINGS', message: expect.stringContaining('Line 2') });
  expect(failure.message).not.toContain('secret-token');
});
