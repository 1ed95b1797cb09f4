import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { files } from '../../backend/src/appliances/files/index.ts';
import { sftp } from '../../backend/src/appliances/sftp/index.ts';
import { Secret } from '../../backend/src/domain/secret.ts';
import { makeCsr, makeKey } from '../../backend/src/plugins/keys.ts';
import { missing } from '../support/programs.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { serveFiles } from '../support/tls-files.ts';
import { makeTlsCertificate } from '../support/x509.ts';
import { type ApplianceUnderTest, applianceDriverContract } from './appliance-driver.ts';
import { privateCa } from './appliance-driver-vos.ts';
import { seenAt, servedBy, TARGET_NAMES, targetDeps } from './targets.ts';

const never = new AbortController().signal;
const lacks = missing('sshd', 'ssh-keygen');

/** A folder with a first pair, and a server that reads it for each client. */
async function site() {
  const folder = await mkdtemp(join(tmpdir(), 'certferry-target-'));
  const [keyFile, fullchainFile] = [join(folder, 'key.pem'), join(folder, 'fullchain.pem')];
  const first = await makeTlsCertificate(TARGET_NAMES);
  await writeFile(keyFile, first.keyPem, { mode: 0o600 });
  await writeFile(fullchainFile, first.certificatePem);
  const server = await serveFiles(keyFile, fullchainFile);
  return {
    folder,
    settings: { keyFile, fullchainFile, servedAt: [seenAt(server.port)] },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

const common = async () => ({
  dnsNames: TARGET_NAMES,
  slot: 'certificate',
  served: servedBy,
  ...(await privateCa(TARGET_NAMES)),
});

applianceDriverContract('files', async (): Promise<ApplianceUnderTest> => {
  const here = await site();
  return {
    driver: files.create(files.settings.parse(here.settings), targetDeps),
    restartsBySettings: true,
    denied: null,
    absent: null,
    ...(await common()),
    [Symbol.asyncDispose]: () => here[Symbol.asyncDispose](),
  };
});

applianceDriverContract('files with a command', async (): Promise<ApplianceUnderTest> => {
  const here = await site();
  const [key, chain] = [join(here.folder, 'wanted.key'), join(here.folder, 'wanted.pem')];
  await writeFile(key, await readFile(here.settings.keyFile));
  await writeFile(chain, await readFile(here.settings.fullchainFile));
  // What is served is what the command has copied.
  const script = `cp '${key}' '${here.settings.keyFile}' && cp '${chain}' '${here.settings.fullchainFile}'`;
  const reloadCommand = ['sh', '-c', script];
  const settings = { ...here.settings, keyFile: key, fullchainFile: chain, reloadCommand };
  return {
    driver: files.create(files.settings.parse(settings), targetDeps),
    denied: null,
    absent: null,
    ...(await common()),
    [Symbol.asyncDispose]: () => here[Symbol.asyncDispose](),
  };
});

describe.skipIf(lacks)(`over OpenSSH${lacks ? ` (${lacks})` : ''}`, () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd?.[Symbol.asyncDispose]());

  applianceDriverContract('sftp', async (): Promise<ApplianceUnderTest> => {
    const here = await site();
    const { user, port: sshPort, privateKey, hostKey } = sshd;
    const login = { host: '127.0.0.1', user, sshPort, privateKey, sshHostKeys: [hostKey] };
    const driver = (change: object) =>
      sftp.create(sftp.settings.parse({ ...login, ...here.settings, ...change }), targetDeps);
    const password = 'not the password';
    return {
      driver: driver({}),
      restartsBySettings: true,
      denied: { driver: driver({ password, privateKey: undefined }), password },
      absent: driver({ sshPort: 1 }),
      ...(await common()),
      [Symbol.asyncDispose]: () => here[Symbol.asyncDispose](),
    };
  });

  test('a host key that nobody pinned is shown by the check, and blocks', async () => {
    await using here = await site();
    const login = { host: '127.0.0.1', user: sshd.user, sshPort: sshd.port, privateKey: sshd.privateKey };
    const driver = sftp.create(sftp.settings.parse({ ...login, ...here.settings }), targetDeps);

    const findings = await driver.check('certificate', TARGET_NAMES, never);

    expect(findings[0]).toMatchObject({ id: 'host.key', outcome: 'block' });
    expect(findings[0]?.answer).toContain(sshd.hostKey);
  });
});

describe('files', () => {
  const make = (settings: object) => files.create(files.settings.parse(settings), targetDeps);

  async function issued() {
    const key = await makeKey('EC P-256');
    const { issue } = await privateCa(TARGET_NAMES);
    const chain = await issue(await makeCsr(key, TARGET_NAMES[0], TARGET_NAMES));
    return { chain, key: { held: 'certferry', pem: new Secret(key.keyPem) } as const, keyPem: key.keyPem };
  }

  test('every form holds what it says, and the root is in none', async () => {
    await using here = await site();
    const at = (name: string) => join(here.folder, name);
    const forms = { certificateFile: at('cert'), chainFile: at('chain'), combinedFile: at('all') };
    const { chain, key, keyPem } = await issued();

    await make({ ...here.settings, ...forms, keyMode: '0640' }).install('certificate', chain, key, never);

    const [intermediate = ''] = chain.intermediatesPem;
    expect(await readFile(here.settings.keyFile, 'utf8')).toBe(keyPem);
    expect(await readFile(here.settings.fullchainFile, 'utf8')).toBe(
      `${chain.leafPem.trimEnd()}\n${intermediate.trimEnd()}\n`,
    );
    expect(await readFile(at('cert'), 'utf8')).toBe(`${chain.leafPem.trimEnd()}\n`);
    expect(await readFile(at('chain'), 'utf8')).toBe(`${intermediate.trimEnd()}\n`);
    expect(await readFile(at('all'), 'utf8')).toBe(`${keyPem}${chain.leafPem.trimEnd()}\n${intermediate.trimEnd()}\n`);
    expect((await lstat(at('all'))).mode & 0o777).toBe(0o640);
  });

  test('a symbolic link blocks in the check', async () => {
    await using here = await site();
    const link = join(here.folder, 'link.pem');
    await symlink(here.settings.fullchainFile, link);

    const findings = await make({ ...here.settings, fullchainFile: link }).check('certificate', TARGET_NAMES, never);

    expect(findings.find(({ id }) => id === 'files.fullchain')).toMatchObject({ outcome: 'block' });
  });

  test('a key that everybody may read is a warning', async () => {
    await using here = await site();

    const findings = await make({ ...here.settings, keyMode: '0644' }).check('certificate', TARGET_NAMES, never);

    expect(findings.find(({ id }) => id === 'files.key')).toMatchObject({ outcome: 'warn' });
  });

  test('a folder where nothing can be written is forbidden, and nothing changes', async () => {
    await using here = await site();
    const { chain, key } = await issued();
    const driver = make(here.settings);
    await chmod(here.folder, 0o555);
    await chmod(here.settings.keyFile, 0o444);

    const failure = await unprivileged(() => driver.install('certificate', chain, key, never)).catch((err) => err);
    const findings = await unprivileged(() => driver.check('certificate', TARGET_NAMES, never));

    await chmod(here.folder, 0o700);
    expect(failure).toMatchObject({
      code: 'APPLIANCE_FORBIDDEN',
      message: expect.stringContaining('permission denied'),
    });
    expect(findings.find(({ id }) => id === 'files.key')).toMatchObject({ outcome: 'block' });
    expect((await readdir(here.folder)).sort()).toEqual(['fullchain.pem', 'key.pem']);
  });

  test('a command that fails is the failure of the restart, with its words', async () => {
    await using here = await site();
    const { activation } = make({ ...here.settings, reloadCommand: ['sh', '-c', 'echo no such unit >&2; exit 5'] });
    const [action] = (await activation?.plan('certificate', never)) ?? [];
    let accepted = 0;

    const started = action && activation?.start(action, async () => void accepted++, never);

    await expect(started).rejects.toMatchObject({ code: 'ACTIVATION_FAILED', evidence: { body: 'no such unit' } });
    expect(accepted).toBe(1);
  });

  test('a command that does not end leaves the judgement to what is served', async () => {
    await using here = await site();
    const { activation } = make({ ...here.settings, reloadCommand: ['sleep', '20'], commandTimeoutSeconds: 1 });
    const [action] = (await activation?.plan('certificate', never)) ?? [];

    expect(action && (await activation?.start(action, async () => {}, never))).toBe('unknown');
  });

  test.each([
    ['etc/key.pem', 'no absolute path'],
    ['/etc/ssl/../key.pem', 'a way up'],
    ['/etc//key.pem', 'an empty folder'],
    ['/etc/ssl/', 'a folder'],
    ['/etc/ke\ny.pem', 'a line break'],
  ])('%j is refused: %s', (keyFile) => {
    expect(files.settings.safeParse({ servedAt: ['a.example.com:443'], keyFile }).success).toBe(false);
  });

  test.each([
    [{ keyFile: undefined }, 'keyFile'],
    [{ fullchainFile: undefined }, 'fullchainFile'],
    [{ certificateFile: '/a/key' }, '/a/key stands there twice'],
    [{ servedAt: ['www.example.com'] }, 'is not host:port'],
  ])('settings that lack something, or contradict themselves: %j', (change, words) => {
    const settings = { servedAt: ['a.example.com:443'], keyFile: '/a/key', fullchainFile: '/a/chain', ...change };

    expect(() => files.verify?.(files.settings.parse(settings))).toThrow(words);
  });

  test('an unwritable place is a block with what to do', async () => {
    await using here = await site();
    const keyFile = join(here.folder, 'absent/key.pem');

    const findings = await make({ ...here.settings, keyFile }).check('certificate', TARGET_NAMES, never);

    expect(findings.find(({ id }) => id === 'files.key')).toMatchObject({ outcome: 'block', todo: expect.any(String) });
    await mkdir(join(here.folder, 'absent'));
  });
});

/** Root may write everywhere, and then there is nothing to see. */
async function unprivileged<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return await work();
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
