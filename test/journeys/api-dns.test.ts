import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LAB_NODE, LAB_ZONE } from '@certferry/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labConnection } from '../../backend/src/cli/lab-connection.ts';
import type { ConnectionInput } from '../../backend/src/connections.ts';
import { acmeDns } from '../../backend/src/dns/acme-dns/index.ts';
import { type AcmeDnsServer, startAcmeDns } from '../../backend/src/dns/acme-dns/testing/api.ts';
import { DEFAULT_PROPAGATION } from '../../backend/src/dns/resolver.ts';
import { httpAnswer, startTlsServer } from '../../backend/src/plugins/testing/tls-server.ts';
import type { Listening } from '../../backend/src/server.ts';
import { certferry } from '../support/command.ts';
import { Journey } from '../support/journey.ts';
import { makeTlsCertificate } from '../support/x509.ts';

const DOMAIN = `auth.${LAB_ZONE}`;
const NAME = `_acme-challenge.${LAB_NODE}`;
const PATH = '/api/v1/dns/acme-dns/register';

let journey: Journey;
let server: Listening;
let auth: AcmeDnsServer;

beforeAll(async () => {
  auth = await startAcmeDns(DOMAIN);
  journey = await Journey.start();
  server = await journey.listen();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await journey[Symbol.asyncDispose]();
  await auth[Symbol.asyncDispose]();
});

async function call(path: string, body: unknown, token = journey.secrets.accessToken.reveal()): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

describe('POST /dns/acme-dns/register', () => {
  it('makes an account, with the settings that a connection takes', async () => {
    const answer = await call(PATH, { baseUrl: auth.url });

    const { settings, instructions } = (await answer.json()) as Registered;
    expect(answer.status).toBe(201);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(instructions).toContain(`CNAME ${settings.fulldomain}.`);
    const added = await call('/api/v1/connections', connectionWith(settings));
    expect(await added.json()).toMatchObject({ dns: { plugin: 'acme-dns', secretsSet: ['password'] } });
    expect(added.status).toBe(201);
  });

  it('keeps the password to the answer', async () => {
    const { settings } = (await (await call(PATH, { baseUrl: auth.url })).json()) as Registered;

    expect(journey.logLines.join('')).not.toContain(settings.password);
  });

  it('needs the token', async () => {
    expect((await call(PATH, { baseUrl: auth.url }, 'wrong-token')).status).toBe(401);
  });

  it.each<[string, object, number, string]>([
    ['a URL that is none', { baseUrl: 'auth.example.net' }, 400, 'BAD_REQUEST'],
    ['a field that nobody knows', { baseUrl: 'https://auth.example.net', name: 'x' }, 400, 'BAD_REQUEST'],
    ['a bundle that is missing', { baseUrl: 'https://auth.example.net', trust: 'bundle' }, 422, 'INVALID_SETTINGS'],
    ['a server that is not there', { baseUrl: 'http://127.0.0.1:1' }, 502, 'DNS_UNREACHABLE'],
  ])('refuses %s', async (_what, body, status, code) => {
    const answer = await call(PATH, body);

    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ code });
  });

  it('passes on what the server says', async () => {
    auth.answerNext({ status: 403, body: '{"error":"registration is disabled"}' });

    const answer = await call(PATH, { baseUrl: auth.url });

    expect(await answer.json()).toMatchObject({
      code: 'DNS_DENIED',
      evidence: { body: '{"error":"registration is disabled"}' },
    });
  });
});

describe('certferry dns register-acme-dns', () => {
  it('prints the settings, and the CNAME of the name', async () => {
    const { status, output } = await certferry({}, 'dns', 'register-acme-dns', auth.url, '--name', '*.Example.com');

    const { settings } = JSON.parse(/"dns": (\{[\s\S]+?\n\})/.exec(output)?.[1] ?? '');
    expect(acmeDns.settings.parse(settings).serverUrl).toBe(auth.url);
    expect(output).toContain(`\n_acme-challenge.example.com. CNAME ${settings.fulldomain}.\n`);
    expect(status).toBe(0);
  });

  it('prints the same for programs', async () => {
    const { output } = await certferry({}, 'dns', 'register-acme-dns', auth.url, '--name', 'example.com', '--json');

    const { dns, cname } = JSON.parse(output);
    expect(dns).toMatchObject({ plugin: 'acme-dns', settings: { serverUrl: auth.url, fulldomain: cname.target } });
    expect(cname.name).toBe('_acme-challenge.example.com');
    expect(auth.values(cname.target)).toEqual([]);
  });

  it('believes a server with a certificate of the CA that is given, and no other', async () => {
    const { certificatePem: certPem, keyPem } = await makeTlsCertificate(['127.0.0.1']);
    const account = JSON.stringify({ username: 'u', password: 'pw', subdomain: 's', fulldomain: `s.${DOMAIN}` });
    await using secure = await startTlsServer(
      () => ({ certPem, keyPem }),
      (socket) => socket.end(httpAnswer(201, account)),
    );
    const url = `https://127.0.0.1:${secure.port}`;
    const file = join(journey.folder, 'ca.pem');
    await writeFile(file, certPem);

    const doubted = certferry({}, 'dns', 'register-acme-dns', url);
    await expect(doubted).rejects.toMatchObject({ code: 'DNS_UNREACHABLE' });
    const { output } = await certferry({}, 'dns', 'register-acme-dns', url, '--ca', file, '--json');

    const { settings } = JSON.parse(output).dns;
    expect(settings).toMatchObject({ password: 'pw', trust: 'bundle', caBundle: certPem });
  });

  it.each([
    ['a URL that is none', ['auth.example.net'], /"auth\.example\.net" is not the URL/],
    ['a CA file that is not there', ['http://127.0.0.1:1', '--ca', '/nonexistent.pem'], /\/nonexistent\.pem cannot be/],
    ['a name that is none', ['http://127.0.0.1:1', '--name', 'a..b'], /is not a domain name/],
  ])('refuses %s', async (_what, args, words) => {
    await expect(certferry({}, 'dns', 'register-acme-dns', ...args)).rejects.toThrow(words);
  });
});

describe('the test record of a preflight', () => {
  it('is of the form that acme-dns takes, and nobody is asked for it when the connection only waits', async () => {
    const { settings } = (await (await call(PATH, { baseUrl: auth.url })).json()) as Registered;
    const { fulldomain } = settings;
    journey.lab.dns.add({ name: NAME, type: 'CNAME', data: fulldomain });
    const connection = connectionWith(settings, { propagation: { ...DEFAULT_PROPAGATION, mode: 'wait-only' } });

    const written = await writtenBy(connection);

    journey.lab.dns.remove({ name: NAME, type: 'CNAME', data: fulldomain });
    expect(auth.values(fulldomain)).toEqual([expect.stringMatching(/^certferry-test-[A-Za-z0-9_-]{28}$/)]);
    expect(written).toMatchObject({ outcome: 'ok', answer: expect.stringContaining('no server was asked') });
  });

  it('is looked for where the connection says', async () => {
    const policy = {
      propagation: { ...DEFAULT_PROPAGATION, mode: 'both', checkResolvers: [journey.lab.dns.resolver] },
    } as const;

    const written = await writtenBy({ ...labConnection(journey.lab), policy });

    expect(written).toMatchObject({
      outcome: 'ok',
      answer: 'written, seen on every name server and resolver, removed',
    });
    expect(journey.lab.dns.txt(NAME)).toEqual([]);
  });

  it('that is not seen everywhere comes with the cause in words, and is removed', async () => {
    journey.lab.faults.on('dns-servfail-secondary');

    const written = await writtenBy({ ...labConnection(journey.lab), policy: { propagationPatienceSeconds: 1 } });

    journey.lab.faults.off('dns-servfail-secondary');
    expect(written).toMatchObject({
      outcome: 'block',
      answer: expect.stringMatching(/^written, but not seen everywhere in time\. SERVFAIL from ns2\.lab\.example\.com/),
    });
    expect(journey.lab.dns.txt(NAME)).toEqual([]);
  });

  it('that the service does not take is a finding of its own', async () => {
    const input = labConnection(journey.lab);
    const dns = { ...input.dns, settings: { ...input.dns.settings, keyName: 'nobodys-key' } };

    const written = await writtenBy({ ...input, dns });

    expect(written).toMatchObject({ title: `Test record at ${NAME}`, outcome: 'block' });
  });
});

function connectionWith(settings: object, policy: ConnectionInput['policy'] = {}): ConnectionInput {
  return { ...labConnection(journey.lab), dns: { plugin: 'acme-dns', settings: { ...settings } }, policy };
}

/** What a preflight of a connection with these settings says of its test record. */
async function writtenBy(connection: ConnectionInput): Promise<object | undefined> {
  const { id } = (await (await call('/api/v1/connections', connection)).json()) as { id: number };
  const answer = await call(`/api/v1/connections/${id}/preflight`, { writeTestRecord: true });
  const { findings } = (await answer.json()) as { findings: { id: string }[] };
  return findings.find((finding) => finding.id === `dns.write.${NAME}`);
}

interface Registered {
  readonly settings: { readonly fulldomain: string; readonly password: string };
  readonly instructions: string;
}
