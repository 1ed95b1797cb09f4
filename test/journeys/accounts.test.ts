import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labConnection } from '../../backend/src/cli/lab-connection.ts';
import type { Listening } from '../../backend/src/server.ts';
import { certferry } from '../support/command.ts';
import { Journey } from '../support/journey.ts';

let journey: Journey;
let server: Listening;

beforeAll(async () => {
  journey = await Journey.start();
  server = await journey.listen();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await journey[Symbol.asyncDispose]();
});

async function call(method: string, path: string, body?: unknown) {
  const answer = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${journey.secrets.accessToken.reveal()}`,
      'content-type': 'application/json',
    },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
}

const lab = () => labConnection(journey.lab);

describe('shared accounts', () => {
  it('are created, shown without secrets, changed with the version that was read, and removed', async () => {
    const { body: created, status } = await call('POST', '/dns-accounts', { name: 'Lab zone', ...lab().dns });
    const twin = await call('POST', '/dns-accounts', { name: 'lab ZONE', plugin: 'manual', settings: {} });
    const { keySecret: _, ...open } = lab().dns.settings;
    const changed = await call('PUT', '/dns-accounts/Lab%20zone', { ...created.version, settings: open });
    const put = { plugin: 'rfc2136', settings: open, name: 'Zone of the lab', version: 1 };
    const renamed = await call('PUT', `/dns-accounts/${created.id}`, put);
    const stale = await call('PUT', `/dns-accounts/${created.id}`, put);
    const removed = await call('DELETE', '/dns-accounts/Zone%20of%20the%20lab');

    expect(status).toBe(201);
    expect(created).toMatchObject({
      name: 'Lab zone',
      version: 1,
      secretsSet: ['keySecret'],
      title: 'Dynamic update (RFC 2136)',
      practice: false,
      usedBy: { count: 0, some: [] },
    });
    expect(twin).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    expect(changed).toMatchObject({ status: 422, body: { code: 'INVALID_SETTINGS' } });
    expect(renamed).toMatchObject({ status: 200, body: { version: 2, secretsSet: ['keySecret'] } });
    expect(stale).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    expect(removed.status).toBe(204);
    expect(await journey.app.store.vault.get(created.credential)).toBeUndefined();
  });

  it('are made of a preset by name, and marked when nobody trusts what they sign', async () => {
    const made = await call('PUT', '/issuers/Practice', {
      preset: 'letsencrypt-staging',
      settings: { termsOfServiceAgreed: true },
    });
    const again = await call('PUT', '/issuers/Practice', { preset: 'letsencrypt', settings: {} });
    const unknown = await call('POST', '/issuers', { name: 'x', preset: 'buypass' });
    const digits = await call('POST', '/issuers', { name: '42', preset: 'letsencrypt' });
    await call('DELETE', '/issuers/practice');

    expect(made).toMatchObject({ status: 201, body: { title: 'Let’s Encrypt staging', practice: true } });
    expect(made.body.settings.directory).toBe('https://acme-staging-v02.api.letsencrypt.org/directory');
    expect(again).toMatchObject({ status: 409 });
    expect(unknown.body.detail).toMatch(/no preset "buypass"; there are: letsencrypt, /);
    expect(digits.body.detail).toContain('only digits');
  });

  it('are tested before they are stored and after, with what came back', async () => {
    const { body: issuer } = await call('POST', '/issuers/test', lab().issuer);
    const { body: dns } = await call('POST', '/dns-accounts/test', lab().dns);
    const wrong = { ...lab().dns, settings: { ...lab().dns.settings, keyName: 'nobodys-key' } };
    const { body: denied } = await call('POST', '/dns-accounts/test', wrong);
    const { body: unnamed } = await call('POST', '/dns-accounts/test', { plugin: 'rfc2136', settings: {} });
    const names = await journey.app.store.vault.names();

    const answers = Object.fromEntries(
      issuer.findings.map((one: { id: string; answer: string }) => [one.id, one.answer]),
    );
    expect(issuer.outcome).toBe('ok');
    expect(answers['issuer.directory']).toContain('answers with an ACME directory');
    expect(answers['issuer.external-account']).toBe('Not needed.');
    expect(answers['issuer.profile']).toMatch(/The CA decides\. It offers /);
    expect(dns).toMatchObject({ outcome: 'ok', findings: [{ id: 'dns.account', outcome: 'ok' }] });
    expect(denied).toMatchObject({ outcome: 'block', findings: [{ outcome: 'block', todo: expect.any(String) }] });
    expect(unnamed).toMatchObject({ code: 'INVALID_SETTINGS', detail: expect.stringContaining('is missing') });
    expect(names.every((name) => name.startsWith('connection:'))).toBe(true);
  });
});

describe('an incomplete connection', () => {
  it('is stored with what is missing, cannot be renewed, and says so; completed, it can', async () => {
    const { appliance, dnsNames } = lab();
    const { password, ...settings } = appliance.settings;
    const draft = { draft: true, dnsNames, slot: 'tomcat', appliance: { ...appliance, settings } };
    const { body: stored, status } = await call('POST', '/connections', draft);
    const renewed = await call('POST', `/connections/${stored.id}/renewals`, {});
    const { body: looked } = await call('POST', `/connections/${stored.id}/preflight`, {});
    const whole = { ...lab(), name: stored.name, version: stored.version };
    const { body: completed } = await call('PUT', `/connections/${stored.id}`, whole);
    const dryRun = await call('POST', `/connections/${stored.id}/preflight`, {});

    expect(status).toBe(201);
    expect(stored).toMatchObject({ name: dnsNames[0], issuer: { plugin: '', title: 'nothing chosen yet' } });
    expect(stored.incomplete.map(({ part }: { part: string }) => part)).toEqual(['appliance', 'issuer', 'dns']);
    expect(stored.incomplete[0].sentence).toBe('Password is missing.');
    expect(renewed).toMatchObject({ status: 409, body: { code: 'CONNECTION_INCOMPLETE' } });
    expect(renewed.body.detail).toContain('No certificate authority is chosen.');
    expect(looked).toMatchObject({ outcome: 'block' });
    expect(completed.incomplete).toEqual([]);
    expect(dryRun.body.outcome).not.toBe('block');
  });

  it('may be empty, but not wrong without being told', async () => {
    const { body: empty } = await call('POST', '/connections', { draft: true });
    const strict = await call('POST', '/connections', { name: 'x' });

    expect(empty.name).toBe('New connection');
    expect(empty.incomplete).toHaveLength(5);
    expect(strict.status).toBe(400);
  });

  it('is looked at before it is saved, with secrets that are stored', async () => {
    const { password: _, ...settings } = lab().appliance.settings;
    const unsaved = { ...lab(), appliance: { plugin: 'vos', settings }, connectionId: journey.connection.id };

    const { body: whole } = await call('POST', '/connections/preflight', { ...unsaved, name: 'Unsaved' });
    const { body: part } = await call('POST', '/connections/preflight', { name: 'Unsaved' });

    expect(whole.outcome).not.toBe('block');
    expect(whole.findings.map(({ id }: { id: string }) => id)).toContain('dns.account');
    expect(part).toMatchObject({ outcome: 'block' });
    expect(part.findings.map(({ id }: { id: string }) => id)).toContain('incomplete.appliance');
  });
});

describe('an appliance that is asked before there is a connection', () => {
  it('tells product, slots, and the names of the certificate and of the request that waits', async () => {
    const { body } = await call('POST', '/appliances/ask', { appliance: lab().appliance, slot: 'tomcat' });

    expect(body).toMatchObject({ slots: expect.arrayContaining(['tomcat']), installed: { dnsNames: lab().dnsNames } });
    expect(body).toHaveProperty('pending');
    expect(body.nodes).toMatchObject([{ host: 'cucm-pub.lab.example.com', role: 'publisher' }]);
    expect(JSON.stringify(body)).not.toContain('BEGIN');
  });

  it('tells no nodes, and all the rest, before its SSH key is trusted', async () => {
    const { appliance } = lab();
    const unseen = { ...appliance, settings: { ...appliance.settings, sshHostKeys: [] } };

    const { body } = await call('POST', '/appliances/ask', { appliance: unseen, slot: 'tomcat' });

    expect(body).toMatchObject({ slots: expect.arrayContaining(['tomcat']), nodes: null });
  });

  it('is quoted when it refuses the password', async () => {
    const { appliance } = lab();
    const wrong = { ...appliance, settings: { ...appliance.settings, password: 'not-it-at-all' } };

    const answer = await call('POST', '/appliances/ask', { appliance: wrong, slot: 'tomcat' });

    expect(answer.body).toMatchObject({ code: 'APPLIANCE_DENIED' });
  });
});

describe('a renewal with shared accounts', () => {
  it('goes on with an account that is corrected meanwhile; an account in use is not removed', async () => {
    const { body: issuer } = await call('POST', '/issuers', { name: 'Lab CA', ...lab().issuer });
    const wrongPort = { ...lab().dns, settings: { ...lab().dns.settings, server: '127.0.0.1', port: 9 } };
    const { body: dns } = await call('POST', '/dns-accounts', { name: 'Lab DNS', ...wrongPort });
    const shown = (await call('GET', `/connections/${journey.connection.id}`)).body;
    const { appliance, name, slot, dnsNames, policy, version } = shown;
    const { settings, plugin } = appliance;
    const parts = { issuer: { account: 'lab ca' }, dns: { account: dns.id } };
    const rest = { name, slot, dnsNames, policy, version, appliance: { plugin, settings } };
    const stored = (await call('PUT', `/connections/${journey.connection.id}`, { ...rest, ...parts })).body;
    const renewal = await journey.start();
    const failure = await journey.event(renewal, 'step.failed', ({ step }) => step === 'publish');
    const { keySecret: _, ...open } = lab().dns.settings;

    await call('PUT', `/dns-accounts/${dns.id}`, { plugin: 'rfc2136', settings: open, version: 1 });
    const { finished } = await journey.ended(renewal);
    const refused = await call('DELETE', '/issuers/Lab%20CA');
    const refusedDns = await call('DELETE', `/dns-accounts/${dns.id}`);

    expect(stored.issuer).toMatchObject({ account: { id: issuer.id, name: 'Lab CA' }, plugin: 'acme' });
    expect(stored.dns).toMatchObject({ account: { name: 'Lab DNS' }, secretsSet: ['keySecret'] });
    expect(failure.failure.code).toBe('DNS_UNREACHABLE');
    expect(finished.outcome).toBe('verified');
    expect(refused.body.detail).toBe('"Lab CA" is used by "Lab CUCM publisher".');
    expect(refusedDns.status).toBe(409);
    expect((await call('GET', '/issuers')).body).toMatchObject([
      { name: 'Lab CA', usedBy: { count: 1, some: [{ id: journey.connection.id }] } },
    ]);
  });

  it('uses an account for some domains, by its name', async () => {
    const { dns, ...input } = lab();
    const rule = { suffix: 'acme.example.net', use: { account: 'Lab DNS' } };

    const { body } = await call('POST', '/connections', { ...input, name: 'With a rule', dns, dnsRules: [rule] });

    expect(body.dnsRules).toMatchObject([{ suffix: 'acme.example.net', use: { account: { name: 'Lab DNS' } } }]);
    expect((await call('GET', '/dns-accounts/Lab%20DNS')).body.usedBy.count).toBe(2);
  });

  it('refuses an account that nobody has, naming those there are', async () => {
    const answer = await call('POST', '/connections', { ...lab(), issuer: { account: 'Other CA' } });

    expect(answer).toMatchObject({ status: 404, body: { detail: expect.stringContaining('there are: "Lab CA"') } });
  });
});

describe('commands', () => {
  it('add, list, test and remove', async () => {
    const env = journey.environment(server.url);
    const file = join(journey.folder, 'dns.json');
    await writeFile(file, JSON.stringify({ name: 'From a file', ...lab().dns }));

    const added = await certferry(env, 'dns-accounts', 'add', file);
    const tested = await certferry(env, 'dns-accounts', 'test', 'From a file');
    const staging = await certferry(env, 'issuers', 'add', '--preset', 'letsencrypt-staging', '--agree');
    const listed = await certferry(env, 'issuers', 'list');
    const removed = await certferry(env, 'dns-accounts', 'remove', 'From a file');
    const json = await certferry(env, 'dns-accounts', 'list', '--json');

    expect(added.output).toContain('DNS account "From a file" added.');
    expect(tested).toMatchObject({ status: 0, output: expect.stringMatching(/✓ ok {4}DNS account: /) });
    expect(staging.output).toContain('"letsencrypt-staging" added');
    expect(listed.output).toMatch(/letsencrypt-staging\s+Let’s Encrypt staging \(for practice: nobody trusts it\)/);
    expect(listed.output).toMatch(/Lab CA\s+ACME at localhost:\d+\s+1 connection|Lab CA\s+ACME at 127/);
    expect(removed.output).toContain('removed');
    expect(JSON.parse(json.output).map(({ name }: { name: string }) => name)).toEqual(['Lab DNS']);
  });
});
