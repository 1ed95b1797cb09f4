import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { missing } from '../../../../test/support/programs.ts';
import type { AppError } from '../../domain/errors.ts';
import { systemClock } from '../../plugins/clock.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { httpAnswer, startTcpServer } from '../../plugins/testing/tls-server.ts';
import { acmeSh } from './index.ts';

const ACME_SH = join(import.meta.dirname, 'testing/installation');
const never = new AbortController().signal;
const RECORD = {
  fqdn: '_acme-challenge.cucm.example.test',
  value: 'value; $(id)',
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
const absent = missing('bash', 'curl');
let folder: string;
let home: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certferry-test-'));
  home = join(folder, 'acme.sh');
  await cp(ACME_SH, home, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A provider over a script of its own; `$OUT` is a folder for what the script wants to tell. */
async function providerOf(script: string, settings: Readonly<Record<string, unknown>> = {}) {
  await writeFile(join(home, 'dnsapi', 'dns_own.sh'), script);
  return provider({ provider: 'dns_own', credentials: `OUT=${folder}\nOWN_Token='secret-token'`, ...settings });
}

function provider(settings: Readonly<Record<string, unknown>>) {
  return acmeSh.create(acmeSh.settings.parse({ home, ...settings }), deps);
}

function told(name: string): Promise<string> {
  return readFile(join(folder, name), 'utf8');
}

async function failureOf(outcome: Promise<unknown>): Promise<AppError> {
  return outcome.then(
    () => expect.fail('It succeeded.'),
    (err) => err,
  );
}

describe.skipIf(absent)(`a script of acme.sh (${absent ?? 'bash and curl are installed'})`, () => {
  test('is called with the name and the value, untouched, and with its credentials', async () => {
    const own = await providerOf(`
      dns_own_add() { printf '%s\\n' add "$#" "$1" "$2" "$OWN_Token" >> "$OUT/calls"; }
      dns_own_rm() { printf '%s\\n' rm "$#" "$1" "$2" "$OWN_Token" >> "$OUT/calls"; }`);

    await own.present(RECORD, never);
    await own.cleanUp(RECORD, null, never);

    const common = ['2', RECORD.fqdn, RECORD.value, 'secret-token'];
    expect((await told('calls')).trim().split('\n')).toEqual(['add', ...common, 'rm', ...common]);
  });

  test('saves into a private folder that is gone afterwards, and nothing into the installation', async () => {
    const own = await providerOf(`
      dns_own_add() {
        _saveaccountconf_mutable OWN_Token "$OWN_Token" && _savedomainconf OWN_Record 42 || return 1
        [ "$(_readaccountconf_mutable OWN_Token)" = secret-token ] || return 1
        touch "$HTTP_HEADER" && mktemp >/dev/null || return 1
        stat -c %a "$LE_CONFIG_HOME" "$ACCOUNT_CONF_PATH" > "$OUT/modes"
        echo "$LE_CONFIG_HOME" > "$OUT/folder"
        find "$LE_CONFIG_HOME" -type f | wc -l > "$OUT/count"
      }
      dns_own_rm() { :; }`);
    await writeFile(join(home, 'account.conf'), "SAVED_OWN_Token='of-the-person'\n");
    const before = await contentOf(home);

    await own.present(RECORD, never);

    expect(await contentOf(home)).toEqual(before);
    expect(await told('modes')).toBe('700\n600\n');
    expect((await told('count')).trim()).toBe('4');
    await expect(readdir((await told('folder')).trim())).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('with other credentials is another account, in the same process', async () => {
    const script = `
      dns_own_add() { echo "$2" >> "$OUT/of-$OWN_Token"; }
      dns_own_rm() { :; }`;
    const one = await providerOf(script, { credentials: `OUT=${folder}\nOWN_Token=one` });
    const two = await providerOf(script, { credentials: `OUT=${folder}\nOWN_Token=two` });

    await Promise.all([one, two].map((own, index) => own.present({ ...RECORD, value: `value-${index}` }, never)));

    expect([await told('of-one'), await told('of-two')]).toEqual(['value-0\n', 'value-1\n']);
  });

  test('has the zone for itself', async () => {
    const own = await providerOf(`
      dns_own_add() { mkdir "$OUT/busy" || return 1; sleep 0.05; rmdir "$OUT/busy"; }
      dns_own_rm() { dns_own_add; }`);

    const calls = [own.present(RECORD, never), own.cleanUp(RECORD, null, never), own.present(RECORD, never)];

    expect((await Promise.allSettled(calls)).map(({ status }) => status)).toEqual(Array(3).fill('fulfilled'));
  });

  test('may stand in the folder of acme.sh itself', async () => {
    await writeFile(join(home, 'dns_top.sh'), 'dns_top_add() { :; }\ndns_top_rm() { :; }\n');

    expect(await provider({ provider: 'dns_top' }).check(never)).toEqual([]);
  });
});

describe.skipIf(absent)('failures', () => {
  test('a script that says no is DNS_REFUSED with its words, and without its credentials', async () => {
    const own = await providerOf(`
      dns_own_add() { _info "Token is $OWN_Token"; _err "invalid domain"; return 7; }
      dns_own_rm() { dns_own_add; }`);

    const failures = [await failureOf(own.present(RECORD, never)), await failureOf(own.cleanUp(RECORD, null, never))];

    expect(failures.map(({ code }) => code)).toEqual(['DNS_REFUSED', 'DNS_REFUSED']);
    expect(failures[0]?.evidence).toEqual({
      request: `dns_own_add ${RECORD.fqdn} ${RECORD.value}`,
      body: 'Token is ***\ninvalid domain',
    });
  });

  test('no connection is DNS_UNREACHABLE, an answer that the script dislikes is not', async () => {
    await using web = await startTcpServer((socket) =>
      socket.once('data', () => socket.end(httpAnswer(500, 'broken'))),
    );
    await providerOf('dns_own_add() { _get "$URL" && _err "unexpected answer"; }\ndns_own_rm() { :; }');
    const at = (url: string) => provider({ provider: 'dns_own', credentials: `URL=${url}` }).present(RECORD, never);

    const failures = [
      await failureOf(at('http://127.0.0.1:1/')),
      await failureOf(at(`http://127.0.0.1:${web.port}/`)),
      await failureOf(at('unknown://127.0.0.1/')),
    ];

    expect(failures.map(({ code }) => code)).toEqual(['DNS_UNREACHABLE', 'DNS_REFUSED', 'DNS_REFUSED']);
  });

  test('a script that does not end in time is DNS_UNREACHABLE', async () => {
    const own = await providerOf('dns_own_add() { sleep 30; }\ndns_own_rm() { :; }', { timeoutSeconds: 1 });

    const failure = await failureOf(own.present(RECORD, never));

    expect(failure).toMatchObject({ code: 'DNS_UNREACHABLE', message: expect.stringContaining('did not end') });
  });

  test('an abort ends the script and its children, and its reason is thrown', async () => {
    const own = await providerOf(
      'dns_own_add() { echo > "$OUT/started"; sleep 30; echo > "$OUT/finished"; }\ndns_own_rm() { :; }',
    );
    const abort = new AbortController();
    const reason = new Error('cancelled by the test');

    const outcome = own.present(RECORD, abort.signal).catch((err) => err);
    await vi.waitFor(() => told('started'), { timeout: 10_000 });
    abort.abort(reason);

    expect(await outcome).toBe(reason);
    await expect(told('finished')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test.each([
    ['no function to remove', 'dns_own_add() { :; }', 'does not define dns_own_add and dns_own_rm'],
    ['a syntax error', 'dns_own_add() {', 'cannot be loaded'],
  ])('a script with %s is found by the test button', async (_, script, words) => {
    const own = await providerOf(script);

    const failure = await failureOf(own.check(never));

    expect(failure).toMatchObject({ code: 'INVALID_SETTINGS', message: expect.stringContaining(words) });
  });

  test('a script or an acme.sh that is not there is named', async () => {
    const noScript = provider({ provider: 'dns_nowhere' });
    const noHome = acmeSh.create(acmeSh.settings.parse({ home: folder, provider: 'dns_bind' }), deps);

    const failures = [await failureOf(noScript.check(never)), await failureOf(noHome.present(RECORD, never))];

    expect(failures.map(({ code }) => code)).toEqual(['INVALID_SETTINGS', 'INVALID_SETTINGS']);
    expect(failures[0]?.message).toContain('dns_nowhere.sh');
    expect(failures[1]?.message).toContain(`no acme.sh in ${folder}`);
  });
});

test.skipIf(absent)('the test button calls neither function', async () => {
  const own = await providerOf('dns_own_add() { echo > "$OUT/called"; }\ndns_own_rm() { dns_own_add; }');

  expect(await own.check(never)).toEqual([]);
  await expect(told('called')).rejects.toMatchObject({ code: 'ENOENT' });
});

test.each([
  [{ provider: 'cf' }, 'name of a script'],
  [{ provider: 'dns_cf; id' }, 'name of a script'],
  [{ provider: 'dns_../../etc/x' }, 'name of a script'],
  [{ home: '.acme.sh' }, 'absolute'],
  [{ home: '/opt/acme sh' }, 'spaces'],
])('%j is no setting', (wrong, words) => {
  expect(() => acmeSh.settings.parse({ home: '/opt/acme.sh', provider: 'dns_cf', ...wrong })).toThrow(words);
});

/** Each file below a folder with its content. */
async function contentOf(root: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(await Promise.all(files.sort().map(async (file) => [file, await readFile(file, 'utf8')])));
}
