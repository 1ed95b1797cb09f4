import { execFile } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KeptCertificateList, KeptCertificateView } from '../../backend/src/api/contract/certificates.ts';
import type { CertificateList, ConnectionList } from '../../backend/src/api/contract/lists.ts';
import { labConnection } from '../../backend/src/cli/lab-connection.ts';
import { splitPem } from '../../backend/src/domain/certificate.ts';
import type { Role } from '../../backend/src/domain/roles.ts';
import type { Listening } from '../../backend/src/server.ts';
import { certferry } from '../support/command.ts';
import { Journey } from '../support/journey.ts';
import { expectNoSecrets } from '../support/leaks.ts';
import { missing } from '../support/programs.ts';
import { read } from '../support/repository.ts';
import { TravellingClock } from '../support/travelling-clock.ts';

/** Certificates that are kept for download, over the API as programs use it, on one lab. */

const ZONE = 'lab.example.com';
const PASSWORD = 'a password for files';
const DAY_MS = 86_400_000;
const run = promisify(execFile);

interface Caller {
  readonly authorization: string;
}

let clock: TravellingClock;
let journey: Journey;
let server: Listening;
let admin: Caller;
const keys: string[] = [];

beforeAll(async () => {
  clock = new TravellingClock(new Date());
  journey = await Journey.start({ overrides: { clock } });
  server = await journey.listen();
  admin = { authorization: `Bearer ${journey.secrets.accessToken.reveal()}` };
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await journey[Symbol.asyncDispose]();
});

describe('a certificate over the API', () => {
  let issued: KeptCertificateView;

  it('is registered, and says what has to be placed', async () => {
    const answer = await call(admin, 'POST', '/certificates', { names: [`one.${ZONE}`], issuer: issuer() });

    const view = (await answer.json()) as KeptCertificateView;
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/api/v1/certificates/managed/${view.id}`);
    expect(view).toMatchObject({ status: 'awaiting-challenge', certificate: null, failure: null });
    expect(view.toPlace).toMatchObject([
      { challenge: 'dns-01', dnsName: `one.${ZONE}`, name: `_acme-challenge.one.${ZONE}`, type: 'TXT' },
    ]);
    expect(Date.parse(view.placeBy ?? '')).toBeGreaterThan(clock.now().getTime());
  });

  it('is issued once it is said that the challenge is placed', async () => {
    const before = await managed(`one.${ZONE}`);
    place(before);

    const answer = await call(admin, 'POST', `/certificates/managed/${before.id}/verify`);

    expect(answer.status).toBe(202);
    issued = await untilStatus(before.id, 'issued');
    expect(issued.certificate?.serial).toMatch(/^[0-9A-F]+$/);
    expect(issued).toMatchObject({ toPlace: [], failure: null });
  });

  it('is shown as kept, and not as served', async () => {
    const { items } = await json<ConnectionList>('GET', '/connections?state=kept');
    const { counts } = await json<{ counts: Record<string, number> }>('GET', '/dashboard');
    const listed = await json<CertificateList>('GET', `/certificates?connectionId=${issued.id}`);

    expect(items).toMatchObject([{ id: issued.id, standing: 'kept', lastSeen: { answered: 0, endpoints: 0 } }]);
    expect(counts).toMatchObject({ kept: 1, served: 0 });
    expect(listed.items).toMatchObject([{ kept: true, servedAt: [], revoked: null }]);
  });

  it('is downloaded as PEM, with a key that belongs to it', async () => {
    const key = await download('key');
    const fullchain = await download('fullchain');
    const both = await download('pem');

    keys.push(key.toString());
    const leaf = new X509Certificate(splitPem(fullchain.toString())[0] ?? '');
    expect(leaf.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(splitPem(fullchain.toString()).length).toBeGreaterThan(1);
    expect(both.toString()).toBe(`${key}${fullchain}`);
    expect(await download('leaf')).toEqual(Buffer.from(splitPem(fullchain.toString())[0] ?? ''));
  });

  const NEEDS_OPENSSL = missing('openssl');

  it.skipIf(NEEDS_OPENSSL)(`is downloaded as PKCS#12 ${NEEDS_OPENSSL ?? ''}`, async () => {
    const file = await saved('kept.p12', await download('pkcs12', PASSWORD));

    const { stdout } = await run('openssl', ['pkcs12', '-in', file, '-passin', `pass:${PASSWORD}`, '-nodes']);

    const [pem = ''] = /-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----/.exec(stdout) ?? [];
    expect(createPrivateKey(pem).equals(createPrivateKey(keys[0] ?? ''))).toBe(true);
  });

  it('is downloaded as ZIP and JKS', async () => {
    expect((await download('zip')).subarray(0, 2).toString()).toBe('PK');
    expect((await download('jks', PASSWORD)).readUInt32BE(0)).toBe(0xfeedfeed);
  });

  it.each([
    [{ format: 'pkcs12' }, 'password'],
    [{ format: 'jks', password: 'short' }, 'password'],
    [{ format: 'zip', password: PASSWORD }, 'password'],
    [{ format: 'docx' }, 'format'],
  ])('refuses %j and names the field', async (body, field) => {
    const answer = await call(admin, 'POST', `/certificates/${issued.certificate?.sha256}/download`, body);

    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(field);
  });

  it('gives the key only to operators, stores it in no cache, and writes each download down', async () => {
    const path = `/certificates/${issued.certificate?.sha256}/download`;
    const viewer = await token('viewer', [issued.id]);

    const refused = await call(viewer, 'POST', path, { format: 'key' });
    const allowed = await call(viewer, 'POST', path, { format: 'fullchain' });
    const key = await call(admin, 'POST', path, { format: 'key' });

    expect([refused.status, allowed.status, key.status]).toEqual([403, 200, 200]);
    expect(key.headers.get('cache-control')).toBe('no-store');
    const rows = await json<readonly { action: string; outcome: string; detail: { asked?: unknown } }[]>(
      'GET',
      '/audit?limit=500',
    );
    expect(rows.slice(0, 3).map(({ action, outcome, detail }) => [action, outcome, detail.asked])).toEqual([
      ['certificate.key-download', 'done', { format: 'key' }],
      ['certificate.download', 'done', { format: 'fullchain' }],
      ['certificate.key-download', 'refused', { format: 'key' }],
    ]);
    const events = await journey.app.store.events.read({ limit: 10_000 });
    expect(events.map(({ event }) => event)).toContainEqual({
      ...{ type: 'certificate.key-downloaded', connectionId: issued.id, actor: 'local operator' },
      sha256: issued.certificate?.sha256,
    });
  });

  it('is not deleted while it is good', async () => {
    for (const path of [`/certificates/managed/${issued.id}`, `/connections/${issued.id}`]) {
      const answer = await call(admin, 'DELETE', path);

      expect(answer.status).toBe(409);
      expect(await answer.text()).toContain('Revoke it first');
    }
    expect((await call(admin, 'DELETE', `/certificates/managed/${issued.id}`, { force: true })).status).toBe(400);
  });

  it('is revoked with a reason, once, and is due again', async () => {
    const path = `/certificates/${issued.certificate?.sha256}/revoke`;

    const first = await call(admin, 'POST', path, { reason: 'keyCompromise' });
    const second = await call(admin, 'POST', path, { reason: 'keyCompromise' });

    expect(await first.json()).toMatchObject({ reason: 'keyCompromise', actor: 'local operator' });
    expect(second.status).toBe(409);
    expect(await managed(`one.${ZONE}`)).toMatchObject({
      status: 'revoked',
      certificate: { revoked: { reason: 'keyCompromise' } },
    });
    const { items } = await json<CertificateList>('GET', '/certificates?revoked=true');
    expect(items.map(({ connectionId }) => connectionId)).toEqual([issued.id]);
    expect((await journey.app.store.issuances.last(issued.id))?.revoked).toBe(true);
  });

  it('is deleted with its key once it is revoked', async () => {
    const answer = await call(admin, 'DELETE', `/certificates/managed/${issued.id}`);

    expect(answer.status).toBe(204);
    expect((await call(admin, 'GET', `/certificates/managed/${issued.id}`)).status).toBe(404);
    const names = await journey.app.store.vault.names();
    expect(names.filter((name) => name.startsWith(`key:${issued.id}:`))).toEqual([]);
  });

  async function download(format: string, password?: string): Promise<Buffer> {
    const body = password === undefined ? { format } : { format, password };
    const answer = await call(admin, 'POST', `/certificates/${issued.certificate?.sha256}/download`, body);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-disposition')).toContain(`one.${ZONE}`);
    return Buffer.from(await answer.arrayBuffer());
  }
});

describe('a certificate of an appliance', () => {
  it('has no key to download, and is revoked too', async () => {
    await journey.renew();
    const path = `/certificates?connectionId=${journey.connection.id}`;
    const [certificate] = (await json<CertificateList>('GET', path)).items;

    const key = await call(admin, 'POST', `/certificates/${certificate?.sha256}/download`, { format: 'key' });
    const revoked = await call(admin, 'POST', `/certificates/${certificate?.sha256}/revoke`, { reason: 'superseded' });

    expect(key.status).toBe(409);
    expect(revoked.status).toBe(200);
    expect((await json<CertificateList>('GET', path)).items[0]?.revoked).toMatchObject({ reason: 'superseded' });
  });
});

describe('a token that sees only its own', () => {
  it('sees what it registered, which no other token does, on any route', async () => {
    const own = await token('admin', []);
    const other = await token('admin', []);
    const name = `mine.${ZONE}`;
    const answer = await call(own, 'POST', '/certificates', { names: [name], issuer: issuer(), dns: labDns() });
    const { id } = (await answer.json()) as KeptCertificateView;
    const { certificate, renewalId } = await untilStatus(id, 'issued');
    const routes = [
      ['GET', `/certificates/managed/${id}`],
      ['POST', `/certificates/managed/${id}/verify`],
      ['POST', `/certificates/managed/${id}/renew`],
      ['DELETE', `/certificates/managed/${id}`],
      ['GET', `/certificates/${certificate?.sha256}`],
      ['GET', `/certificates/${certificate?.sha256}/pem`],
      ['POST', `/certificates/${certificate?.sha256}/download`, { format: 'key' }],
      ['POST', `/certificates/${certificate?.sha256}/revoke`, {}],
      ['GET', `/connections/${id}`],
      ['GET', `/renewals/${renewalId}`],
    ] as const;

    const seen = await call(own, 'GET', `/certificates/managed/${id}`);
    const strangers = await Promise.all(routes.map(([method, path, body]) => call(other, method, path, body)));

    expect(seen.status).toBe(200);
    expect(strangers.map(({ status }) => status)).toEqual(routes.map(() => 404));
    for (const caller of [own, other]) {
      const lists = await Promise.all(
        ['/certificates', '/certificates/managed'].map((path) => call(caller, 'GET', path)),
      );
      const totals = await Promise.all(lists.map(async (list) => ((await list.json()) as { total: number }).total));
      expect(totals).toEqual(caller === own ? [1, 1] : [0, 0]);
    }
  });

  it('cannot register a name of somebody else, whose proof the CA may remember', async () => {
    const stranger = await token('admin', []);

    const answer = await call(stranger, 'POST', '/certificates', { names: [`MINE.${ZONE}.`], issuer: issuer() });

    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('does not see');
  });

  it.each([
    ['a shared account', { issuer: { account: 1 } }, 'Accounts are shared'],
    [
      'a program of the host',
      { dns: { plugin: 'exec', settings: { program: '/bin/true' } } },
      'acts on the host of certferry',
    ],
    ['another owner', { owner: 'somebody' }, 'only for itself'],
  ])('cannot use %s', async (_what, more, words) => {
    const own = await token('admin', []);

    const answer = await call(own, 'POST', '/certificates', { names: [`x.${ZONE}`], issuer: issuer(), ...more });

    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain(words);
  });

  it('names a preset or an account when it is an operator', async () => {
    const own = await token('operator', []);

    const settings = await call(own, 'POST', '/certificates', { names: [`y.${ZONE}`], issuer: issuer() });
    const preset = { preset: 'letsencrypt', settings: { directory: 'https://elsewhere.example/' } };
    const elsewhere = await call(own, 'POST', '/certificates', { names: [`y.${ZONE}`], issuer: preset });

    expect([settings.status, elsewhere.status]).toEqual([403, 403]);
  });
});

describe('a certificate whose renewal was forgotten by retention', () => {
  it('is downloaded all the same', async () => {
    const input = { names: [`old.${ZONE}`], issuer: issuer(), dns: labDns() };
    const { id } = (await (await call(admin, 'POST', '/certificates', input)).json()) as KeptCertificateView;
    const { certificate, renewalId } = await untilStatus(id, 'issued');
    // The newest renewal always stays.
    const { renewals } = journey.app.store;
    await renewals.begin({ id: 'a-later-one', connectionId: id, state: {}, machineVersion: 1, facts: {} });
    await renewals.save('a-later-one', { finishedAt: clock.now().toISOString(), outcome: 'failed' });
    const all = { before: '9', after: 0, limit: 200, keepNewest: 0, lastOutcome: '', except: [] };
    await journey.app.store.upkeep.forgetRenewals(all);

    const path = `/certificates/${certificate?.sha256}/download`;
    const answer = await call(admin, 'POST', path, { format: 'pem' });

    expect(await journey.app.store.renewals.get(renewalId ?? '')).toBeUndefined();
    expect(splitPem(await answer.text()).length).toBeGreaterThan(1);
  });
});

describe('a challenge that nobody places', () => {
  it('is given up when its time is over, also after a restart, and not ordered again', async () => {
    const answer = await call(admin, 'POST', '/certificates', { names: [`late.${ZONE}`], issuer: issuer() });
    const { id, placeBy, renewalId } = (await answer.json()) as KeptCertificateView;
    await server[Symbol.asyncDispose]();
    await journey.restart();
    server = await journey.listen();

    clock.travel(new Date(Date.parse(placeBy ?? '') + 1_000));

    const failed = await untilStatus(id, 'failed');
    expect(Date.parse(placeBy ?? '') - clock.now().getTime()).toBeGreaterThan(-8 * DAY_MS);
    expect(failed.failure?.code).toBe('CHALLENGE_NOT_PLACED');
    expect(failed.toPlace).toEqual([]);
    const { finished } = await journey.ended(renewalId ?? '');
    expect(finished.message).toContain('There is no certificate to download yet');
    expect(failed.nextTry).toBeNull();
    expect((await call(admin, 'POST', `/certificates/managed/${id}/verify`)).status).toBe(409);
    const again = await call(admin, 'POST', `/certificates/managed/${id}/renew`);
    const asked = (await again.json()) as KeptCertificateView;
    expect([again.status, asked.status]).toEqual([202, 'awaiting-challenge']);
    expect(asked.renewalId).not.toBe(renewalId);
    expect((await call(admin, 'DELETE', `/certificates/managed/${id}`)).status).toBe(204);
  });

  it('is deleted together with the order that waits for it', async () => {
    const answer = await call(admin, 'POST', '/certificates', { names: [`never.${ZONE}`], issuer: issuer() });
    const { id, renewalId } = (await answer.json()) as KeptCertificateView;

    const deleted = await call(admin, 'DELETE', `/certificates/managed/${id}`);

    expect(deleted.status).toBe(204);
    expect((await journey.ended(renewalId ?? '')).finished.outcome).toBe('cancelled');
  });
});

describe('certferry certificates', () => {
  const name = `cli.${ZONE}`;

  it('requests, verifies, downloads, revokes and deletes', async () => {
    const env = journey.environment(server.url);
    const { plugin, settings } = issuer();
    await call(admin, 'POST', '/issuers', { name: 'Lab CA', plugin, settings });
    const files = ['chain.pem', 'bundle.p12', 'password'].map((file) => join(journey.folder, file));
    const [chain = '', bundle = '', password = ''] = files;
    await writeFile(password, `${PASSWORD}\n`);

    const requested = await certferry(env, 'certificates', 'request', name, '--issuer', 'Lab CA');
    const view = await managed(name);
    place(view);
    const id = String(view.id);
    const verified = await certferry(env, 'certificates', 'verify', id);
    const { certificate } = await untilStatus(view.id, 'issued');
    const listed = await certferry(env, 'certificates', 'list');
    await certferry(env, 'certificates', 'download', id, '--out', chain);
    const asPkcs12 = ['--format', 'pkcs12', '--password-file', password, '--out', bundle];
    const downloaded = await certferry(env, 'certificates', 'download', certificate?.sha256 ?? '', ...asPkcs12);
    const refused = await certferry(env, 'certificates', 'delete', id).catch((err: unknown) => err);
    const revoked = await certferry(env, 'certificates', 'revoke', id, '--reason', 'superseded');
    const deleted = await certferry(env, 'certificates', 'delete', id);

    expect(requested.output).toContain(`_acme-challenge.${name}. 60 IN TXT "`);
    expect(requested.output).toContain(`certferry certificates verify ${id}`);
    expect(verified.output).toMatch(/Certificate \d+: (verifying|issuing)/);
    expect(listed.output).toMatch(new RegExp(`${id}\\s+${name}\\s+issued`));
    expect(splitPem(await readFile(chain, 'utf8')).length).toBeGreaterThan(1);
    expect((await stat(bundle)).mode & 0o777).toBe(0o600);
    expect(downloaded.output).toContain('It holds the private key.');
    expect(refused).toMatchObject({ code: 'CONFLICT' });
    expect(revoked.output).toContain('as the CA confirms');
    expect(deleted.output).toBe(`Certificate ${id} deleted.\n`);
  });

  it('says that a key store needs a password', async () => {
    const asked = certferry({}, 'certificates', 'download', '1', '--format', 'jks', '--out', '/nowhere');

    await expect(asked).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});

const NEEDS_CURL = missing('bash', 'curl', 'openssl');

describe.skipIf(NEEDS_CURL)(`the script of docs/certificates-over-the-api.md ${NEEDS_CURL ?? ''}`, () => {
  it('registers, places, verifies, downloads, revokes and deletes', async () => {
    const dns = await dnsService();
    const folder = join(journey.folder, 'script');
    await mkdir(folder);
    const before = (await json<KeptCertificateList>('GET', '/certificates/managed')).total;
    const [, script = ''] =
      /```bash\n(set -euo pipefail[\s\S]*?)```/.exec(read('docs/certificates-over-the-api.md')) ?? [];
    const caller = await token('admin', []);
    const env = {
      PATH: process.env.PATH,
      CERTFERRY: server.url,
      TOKEN: caller.authorization.replace('Bearer ', ''),
      NAME: `script.${ZONE}`,
      ISSUER: JSON.stringify(issuer()),
      DNS_API: `http://127.0.0.1:${(dns.address() as AddressInfo).port}`,
      PASSWORD,
    };

    await run('bash', ['-c', script], { cwd: folder, env, timeout: 60_000 });

    dns.close();
    const [leaf = ''] = splitPem(await readFile(join(folder, 'fullchain.pem'), 'utf8'));
    const key = await readFile(join(folder, 'key.pem'), 'utf8');
    keys.push(key);
    expect(new X509Certificate(leaf).checkPrivateKey(createPrivateKey(key))).toBe(true);
    await run('openssl', ['pkcs12', '-in', join(folder, 'bundle.p12'), '-passin', `pass:${PASSWORD}`, '-noout']);
    const { items } = await json<CertificateList>('GET', `/certificates?search=script.${ZONE}`);
    expect(items).toMatchObject([{ revoked: { reason: 'cessationOfOperation' }, connectionRemoved: true }]);
    expect((await json<KeptCertificateList>('GET', '/certificates/managed')).total).toBe(before);
    await rm(folder, { recursive: true });
  });
});

describe('private keys', () => {
  it('are in no log, event, audit row or file', async () => {
    const events = await journey.app.store.events.read({ limit: 10_000 });
    const audit = await (await call(admin, 'GET', '/audit/export')).text();
    const database = await readFile(join(journey.folder, 'data', 'certferry.sqlite'), 'latin1');
    // What stands below these lines is the public key.
    const secrets = keys.flatMap((pem) => pem.split('\n').slice(1, 3));

    expect(secrets.length).toBeGreaterThan(2);
    expectNoSecrets(
      [
        { where: 'the log', content: journey.logLines.join('') },
        { where: 'the events', content: JSON.stringify(events) },
        { where: 'the audit', content: audit },
        { where: 'the database', content: database },
      ],
      { 'the password of the files': PASSWORD, ...Object.fromEntries(secrets.map((line, at) => [`key ${at}`, line])) },
    );
  });
});

function issuer() {
  return labConnection(journey.lab).issuer;
}

function labDns() {
  return labConnection(journey.lab).dns;
}

function call(caller: Caller, method: string, path: string, body?: unknown): Promise<Response> {
  const headers = { ...caller, ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  return fetch(`${server.url}/api/v1${path}`, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
  });
}

async function json<T>(method: string, path: string): Promise<T> {
  return (await (await call(admin, method, path)).json()) as T;
}

async function managed(name: string): Promise<KeptCertificateView> {
  const { items } = await json<KeptCertificateList>('GET', `/certificates/managed?search=${name}`);
  const [found] = items;
  if (!found) throw new Error(`There is no certificate for ${name}.`);
  return found;
}

async function untilStatus(id: number, status: string): Promise<KeptCertificateView> {
  const read = () => json<KeptCertificateView>('GET', `/certificates/managed/${id}`);
  await expect.poll(async () => (await read()).status, { timeout: 30_000, interval: 100 }).toBe(status);
  return await read();
}

function place({ toPlace }: KeptCertificateView): void {
  for (const one of toPlace) {
    if (one.challenge === 'dns-01') journey.lab.dns.add({ name: one.name, type: 'TXT', data: one.value });
  }
}

async function token(role: Role, connectionIds: readonly number[]): Promise<Caller> {
  const input = { name: `${role} of ${connectionIds.length}`, role, connectionIds, expiresInDays: 1 };
  const { secret } = await journey.app.access.tokens.create(input, 'a test');
  return { authorization: `Bearer ${secret.reveal()}` };
}

async function saved(name: string, content: Buffer): Promise<string> {
  const file = join(journey.folder, name);
  await writeFile(file, content);
  return file;
}

/** The API of somebody's DNS service: takes one record. */
async function dnsService(): Promise<Server> {
  const service = createServer(async (req, res) => {
    const chunks = await req.toArray();
    const { name, value } = JSON.parse(Buffer.concat(chunks).toString()) as { name: string; value: string };
    journey.lab.dns.add({ name, type: 'TXT', data: value });
    res.writeHead(201).end();
  });
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  return service;
}
