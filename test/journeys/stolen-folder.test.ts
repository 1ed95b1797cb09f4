import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApp } from '../../backend/src/app.ts';
import { KEPT_FOR_DOWNLOAD } from '../../backend/src/appliances/index.ts';
import { labConnection } from '../../backend/src/cli/lab-connection.ts';
import { readSecrets } from '../../backend/src/config/secrets.ts';
import { addConnection } from '../../backend/src/connections.ts';
import { readCertificate } from '../../backend/src/domain/certificate.ts';
import { Secret } from '../../backend/src/domain/secret.ts';
import { addNotifier } from '../../backend/src/notifiers.ts';
import { ownKeys } from '../../backend/src/renewal/own-keys.ts';
import type { Listening } from '../../backend/src/server.ts';
import { openedKeys, tlsPassphrase } from '../../backend/src/transport/sealed-keys.ts';
import { certferry } from '../support/command.ts';
import { PASSWORD } from '../support/daemon.ts';
import { Journey } from '../support/journey.ts';
import { expectNoSecrets, type Haystack } from '../support/leaks.ts';

/** Whoever copies the data folder of a daemon that has lived, without its key. */

const CHANNEL = 'https://hooks.example.com/services/T0/B0/channel-secret-4411';
const CLIENT_SECRET = 'client-secret-of-single-sign-on';
const CREDENTIAL = 'shared-appliance-password-77';

let journey: Journey;
let server: Listening;
const secrets: Record<string, string> = {};

beforeAll(async () => {
  journey = await Journey.start({ config: { https: true } });
  server = await journey.listen();
  await live();
  await server[Symbol.asyncDispose]();
  await journey.release();
});
afterAll(async () => {
  await journey.takeOver();
  await journey[Symbol.asyncDispose]();
});

/** Uses every kind of secret that there is. */
async function live(): Promise<void> {
  const { access, store, backups } = journey.app;
  const { id } = await journey.user('ada');
  const session = await journey.session('ada');
  const token = await access.tokens.create(
    { name: 'script', role: 'viewer', connectionIds: null, expiresInDays: 9 },
    'ada',
  );
  const user = await store.access.users.get(id);
  if (!user) throw new Error('There is no such user.');
  const { secret: seed } = await access.secondFactor.begin(user);
  const { tls } = journey.app;
  const fields = { clientSecret: new Secret(CLIENT_SECRET) };
  await store.vault.put('access:sso', { plugin: 'sso', fields });
  await store.vault.put('platform', { plugin: 'vos', fields: { password: new Secret(CREDENTIAL) } });
  const channel = { name: 'Hook', plugin: 'slack', settings: { webhookUrl: CHANNEL } };
  await addNotifier(store, { ...channel, enabled: true }, null, async () => {});
  await journey.renew({ goal: 'issue', activation: null });
  const keptKey = await keyOfKept();
  await backups.run();
  const passphrase = await tlsPassphrase(store);
  const pem = openedKeys((await tls?.read('web', 'identity.pem')) ?? '', passphrase);
  Object.assign(secrets, {
    'password of the appliance': journey.lab.password,
    'TSIG key': journey.lab.dns.tsig.secret,
    'password of a user': PASSWORD,
    'session of a browser': session,
    'API token': token.secret.reveal(),
    'second factor': seed,
    'address of a channel': CHANNEL,
    'client secret of single sign-on': CLIENT_SECRET,
    'shared credential': CREDENTIAL,
    'passphrase of the TLS key': passphrase.reveal(),
    'private key of the daemon': pem.split('\n')[1] ?? '',
    'private key of a certificate': keptKey.split('\n')[1] ?? '',
    'master key': journey.secrets.masterKey.reveal(),
  });
}

/** Has a certificate issued that is kept for download, and returns its private key (PEM). */
async function keyOfKept(): Promise<string> {
  const { runner, store } = journey.app;
  const { plugin, slot } = KEPT_FOR_DOWNLOAD;
  const input = { ...labConnection(journey.lab), name: 'Kept', appliance: { plugin, settings: {} }, slot };
  const { id } = await addConnection(store, input);
  const { facts } = await journey.ended(await runner.start(id, 'operator'));
  const key = await ownKeys(store.vault, id).find(readCertificate(facts.chain?.leafPem ?? '').key.spkiSha256);
  return key?.reveal() ?? '';
}

/** All files but those with the key, and what nothing outside of the machine can be opened with. */
async function filesOf(folder: string): Promise<readonly Haystack[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((one) => one.isFile() && !/^master\.key|^access-token$/.test(one.name));
  return await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return { where: path, content: await readFile(path, 'latin1') };
    }),
  );
}

it('yields no secret and no private key, neither before nor after a rotation of the key', async () => {
  const copy = join(journey.folder, 'stolen');
  await cp(join(journey.folder, 'data'), copy, { recursive: true });

  const before = await filesOf(copy);
  const { output } = await certferry({ ...journey.folders(), CERTFERRY_DATA_DIR: copy }, 'vault', 'rotate');
  const after = await filesOf(copy);

  expectNoSecrets([...before, ...after, { where: 'the log', content: journey.logLines.join('') }], secrets);
  expect([...before, ...after].filter(({ content }) => /BEGIN (?:RSA |EC )?PRIVATE KEY/.test(content))).toEqual([]);
  const names = before.map(({ where }) => where.slice(copy.length + 1));
  expect(names).toEqual(expect.arrayContaining(['certferry.sqlite', 'tls/web/identity.pem']));
  expect(names.join('\n')).toMatch(/backups\/certferry-\d{8}T\d{6}Z-[\da-f]{8}\.age/);
  expect(names).not.toContain('setup-token');
  expect(output).toContain('sealed with the new key');
  expect(await keyServedFrom(copy)).toBe(await keyServedFrom(join(journey.folder, 'data')));
});

/** The private key that a daemon on this folder serves HTTPS with. */
async function keyServedFrom(dataDir: string): Promise<string> {
  const config = { ...journey.app.config, dataDir, databaseFile: join(dataDir, 'certferry.sqlite') };
  const secrets = await readSecrets({}, config);
  await using app = await createApp(config, secrets, { log: pino({ level: 'silent' }), schedule: false });
  return (await app.tls?.read('web', 'identity.pem')) ?? 'none';
}
