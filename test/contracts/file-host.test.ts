import { once } from 'node:events';
import { chmod, chown, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../backend/src/domain/secret.ts';
import type { FileHost, HostPlace, HostSocket } from '../../backend/src/plugins/file-host.ts';
import { createFileHosts } from '../../backend/src/plugins/file-hosts.ts';
import { missing } from '../support/programs.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';

const never = new AbortController().signal;
const hosts = createFileHosts({ loginMs: 10_000 });
const isRoot = process.getuid?.() === 0;
const lacks = missing('sshd', 'ssh-keygen');

/** The promises of backend/src/plugins/file-host.ts, on this host and over OpenSSH. */
describe('file host: this host', () => promises(async () => ({ where: 'local' })));

describe.skipIf(lacks)(`file host: over OpenSSH${lacks ? ` (${lacks})` : ''}`, () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd?.[Symbol.asyncDispose]());

  promises(async () => sshd.place);

  test('a host key that is not pinned is named, and nothing is sent', async () => {
    const place = { ...sshd.place, hostKeys: ['SHA256:another'] };

    const failure = await hosts.open(place, never).catch((err) => err);

    expect(failure).toMatchObject({ code: 'APPLIANCE_NOT_TRUSTED' });
    expect(failure.message).toContain(sshd.hostKey);
    expect(await hosts.hostKey(place, never)).toBe(sshd.hostKey);
  });

  test('a server that forwards nothing says so', async () => {
    await using strict = await startSshd(['DisableForwarding yes']);
    await using host = await hosts.open(strict.place, never);

    await expect(host.connect({ host: '127.0.0.1', port: strict.port }, never)).rejects.toMatchObject({
      code: 'APPLIANCE_FORBIDDEN',
    });
    await expect(host.connect({ path: '/run/any.sock' }, never)).rejects.toThrow('AllowStreamLocalForwarding');
  });

  test('a key that the server does not know is denied', async () => {
    const { generateKeyPairSync } = await import('node:crypto');
    const strange = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });

    const failure = await hosts.open({ ...sshd.place, privateKey: new Secret(String(strange)) }, never).catch((e) => e);

    expect(failure).toMatchObject({ code: 'APPLIANCE_DENIED' });
  });

  test('a lost connection is unreachable', async () => {
    const host = await hosts.open(sshd.place, never);
    const failure = await host
      .run({ argv: ['sh', '-c', 'kill -9 $PPID; sleep 5'], timeoutMs: 5000 }, never)
      .catch((e) => e);

    expect(failure).toMatchObject({ code: 'APPLIANCE_UNREACHABLE' });
    await host[Symbol.asyncDispose]();
  });
});

function promises(place: () => Promise<HostPlace>): void {
  let folder: string;
  let host: FileHost;
  const at = (name: string) => join(folder, name);

  beforeAll(async () => {
    host = await hosts.open(await place(), never);
  });
  afterAll(() => host?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'certferry-files-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const key = (content: string) => ({ path: at('key.pem'), content: new Secret(content), mode: 0o600 });
  const cert = (content: string) => ({ path: at('cert.pem'), content, mode: 0o644 });

  test.each(['a UNIX socket', 'a TCP port'])('connects to %s, as the host sees it', async (kind) => {
    const server = createServer((peer) => peer.once('data', (asked) => peer.end(`heard ${asked}`)));
    const socket = await (kind === 'a TCP port' ? listening(server, 0) : listening(server, at('a socket')));

    const stream = await host.connect(socket, never);
    stream.write('us');

    expect(await textOf(stream)).toBe('heard us');
    server.close();
    await once(server, 'close');
  });

  test('a socket that is not there is unreachable, and an abort is its reason', async () => {
    const reason = new Error('cancelled');

    await expect(host.connect({ path: at('absent') }, never)).rejects.toMatchObject({ code: 'APPLIANCE_UNREACHABLE' });
    await expect(host.connect({ host: '127.0.0.1', port: 1 }, never)).rejects.toMatchObject({
      code: 'APPLIANCE_UNREACHABLE',
    });
    await expect(host.connect({ path: at('absent') }, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  test('what is not there reads as null', async () => {
    expect(await host.read(at('absent'), never)).toBeNull();
  });

  test('new files have content and mode, and nothing is left beside them', async () => {
    const replacement = await host.replace([key('k1 ü'), { ...cert('c1'), mode: 0o640 }], never);
    await replacement.finish(0);

    expect(await host.read(at('key.pem'), never)).toBe('k1 ü');
    expect((await lstat(at('key.pem'))).mode & 0o7777).toBe(0o600);
    expect((await lstat(at('cert.pem'))).mode & 0o7777).toBe(0o640);
    expect((await readdir(folder)).sort()).toEqual(['cert.pem', 'key.pem']);
  });

  test('undo puts back what was there, with its mode, and removes what was not', async () => {
    await writeFile(at('key.pem'), 'k0', { mode: 0o640 });
    await chmod(at('key.pem'), 0o640);

    const replacement = await host.replace([key('k1'), cert('c1')], never);
    expect(await readFile(at('cert.pem'), 'utf8')).toBe('c1');
    await replacement.undo();

    expect(await readFile(at('key.pem'), 'utf8')).toBe('k0');
    expect((await lstat(at('key.pem'))).mode & 0o7777).toBe(0o640);
    expect(await readdir(folder)).toEqual(['key.pem']);
  });

  test('files that are as wanted are left alone', async () => {
    await (await host.replace([key('k1'), cert('c1')], never)).finish(0);
    const before = await lstat(at('key.pem'));

    const again = await host.replace([key('k1'), cert('c1')], never);

    expect(again.changed).toBe(false);
    expect((await lstat(at('key.pem'))).ino).toBe(before.ino);
  });

  test('a replacement that a crash interrupted goes on, and can still be undone', async () => {
    await writeFile(at('key.pem'), 'k0');
    await writeFile(at('cert.pem'), 'c0');
    await host.replace([key('k1')], never);

    const replacement = await host.replace([key('k1'), cert('c1')], never);
    expect(replacement.changed).toBe(true);
    await replacement.undo();

    expect(await readFile(at('key.pem'), 'utf8')).toBe('k0');
    expect(await readFile(at('cert.pem'), 'utf8')).toBe('c0');
  });

  test('when one cannot be replaced, none is', async () => {
    await writeFile(at('key.pem'), 'k0');
    await mkdir(at('cert.pem'));

    const failure = await host.replace([key('k1'), cert('c1')], never).catch((err) => err);

    expect(failure).toMatchObject({ code: 'APPLIANCE_REFUSED' });
    expect(failure.message).toContain('cert.pem');
    expect(await readFile(at('key.pem'), 'utf8')).toBe('k0');
    expect((await readdir(folder)).sort()).toEqual(['cert.pem', 'key.pem']);
  });

  test('a folder that is not there is named', async () => {
    const failure = await host.replace([{ ...cert('c1'), path: at('no/cert.pem') }], never).catch((err) => err);

    expect(failure).toMatchObject({ code: 'APPLIANCE_REFUSED' });
    expect(failure.message).toContain(`there is no folder ${at('no')}`);
  });

  test('a symbolic link is refused, and left as it is', async () => {
    await writeFile(at('target.pem'), 't0');
    await symlink('target.pem', at('cert.pem'));

    const failure = await host.replace([cert('c1')], never).catch((err) => err);

    expect(failure).toMatchObject({ code: 'APPLIANCE_REFUSED' });
    expect(failure.message).toContain('symbolic link');
    expect(await readFile(at('target.pem'), 'utf8')).toBe('t0');
  });

  test('links among the folders are followed', async () => {
    await mkdir(at('real'));
    await symlink('real', at('live'));

    await (await host.replace([{ ...cert('c1'), path: at('live/cert.pem') }], never)).finish(0);

    expect(await readFile(at('real/cert.pem'), 'utf8')).toBe('c1');
  });

  test('as many earlier files are kept as asked for', async () => {
    for (const content of ['c0', 'c1', 'c2', 'c3']) {
      await (await host.replace([cert(content)], never)).finish(2);
      // The names are made of whole seconds; what is kept is renamed so that a second later need not come.
      for (const name of (await readdir(folder)).filter((one) => /T\d{6}Z\.old$/.test(one))) {
        if (name.includes('20260101')) continue;
        await rm(at(`.cert.pem.20260101T00000${content.slice(1)}Z.old`), { force: true });
        await writeFile(at(`.cert.pem.20260101T00000${content.slice(1)}Z.old`), await readFile(at(name)));
        await rm(at(name));
      }
    }

    const kept = (await readdir(folder)).filter((name) => name.endsWith('.old'));
    expect(await Promise.all(kept.sort().map((name) => readFile(at(name), 'utf8')))).toEqual(['c1', 'c2']);
  });

  test.runIf(isRoot)('a file keeps its owner, or gets the one that is asked for', async () => {
    await writeFile(at('key.pem'), 'k0');
    await chown(at('key.pem'), 1, 2);

    await (await host.replace([key('k1'), { ...cert('c1'), owner: 'daemon:bin' }], never)).finish(0);

    expect(await lstat(at('key.pem'))).toMatchObject({ uid: 1, gid: 2 });
    expect(await lstat(at('cert.pem'))).toMatchObject({ uid: 1, gid: 2 });
  });

  test.runIf(isRoot)('an owner that does not exist fails, and nothing is replaced', async () => {
    const failure = await host.replace([{ ...cert('c1'), owner: 'nobody-such' }], never).catch((err) => err);

    expect(failure).toMatchObject({ code: 'APPLIANCE_FORBIDDEN' });
    expect(await readdir(folder)).toEqual([]);
  });

  test('an abort before the change leaves nothing behind', async () => {
    const reason = new Error('cancelled');

    await expect(host.replace([cert('c1')], AbortSignal.abort(reason))).rejects.toBe(reason);

    expect(await readdir(folder)).toEqual([]);
  });

  test('a program gets its arguments as they are', async () => {
    const odd = ['$(id)', 'a b', `it's "so"`, '; exit 9', '*', '', 'two\nlines', '-n'];

    const result = await host.run({ argv: ['printf', '<%s>', ...odd], timeoutMs: 10_000 }, never);

    expect(result).toMatchObject({ exitCode: 0, stdout: odd.map((one) => `<${one}>`).join('') });
  });

  test('exit status and both outputs are the result', async () => {
    const result = await host.run({ argv: ['sh', '-c', 'echo out; echo err >&2; exit 3'], timeoutMs: 10_000 }, never);

    expect(result).toEqual({ exitCode: 3, signal: null, timedOut: false, stdout: 'out\n', stderr: 'err\n' });
  });

  test('a program that takes too long is ended', async () => {
    const result = await host.run({ argv: ['sleep', '4'], timeoutMs: 200 }, never);

    expect(result).toMatchObject({ timedOut: true });
  });

  test('a program that is not there is refused by name', async () => {
    const failure = await host.run({ argv: [at('no-such')], timeoutMs: 10_000 }, never).catch((err) => err);

    expect(failure).toMatchObject({ code: 'APPLIANCE_REFUSED' });
    expect(failure.message).toContain(at('no-such'));
  });
}

async function listening(server: Server, where: string | 0): Promise<HostSocket> {
  if (where === 0) server.listen(0, '127.0.0.1');
  else server.listen(where);
  await once(server, 'listening');
  const address = server.address();
  if (typeof address === 'string') return { path: address };
  return { host: '127.0.0.1', port: address?.port ?? 0 };
}
