import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { AcmeClient, type Reply } from './testing/acme-client.ts';
import type { DnsResponder } from './testing/dns-responder.ts';
import { useCaSim } from './testing/fixture.ts';
import { dns01, respond } from './testing/issuance.ts';

const SERVFAIL = 2;
const NXDOMAIN = 3;
const REFUSED = 5;

const fixture = useCaSim();
let client: AcmeClient;
let dns: DnsResponder;
let names = 0;
/** Each test has a name of its own, three labels deep. */
let name: string;

beforeAll(async () => {
  dns = fixture().dns;
  client = await AcmeClient.registered(fixture().ca);
});

beforeEach(() => {
  name = `v${names++}.zone${names}.example`;
});

async function authorizationFor(orderedName: string): Promise<string> {
  return (await client.order([orderedName])).json.authorizations[0];
}

async function rightValue(url: string): Promise<string> {
  return client.dnsValue(dns01(await client.read(url)).token);
}

/** Puts the right value where it belongs. */
async function present(url: string): Promise<void> {
  dns.addText(`_acme-challenge.${name}`, await rightValue(url));
}

/** Error type and detail of the settled challenge; null when it is valid. */
function failureOf({ json }: Reply): readonly [string, string] | null {
  const { error } = json.challenges[0];
  return error === undefined ? null : [error.type.replace('urn:ietf:params:acme:error:', ''), error.detail];
}

describe('the challenges offered', () => {
  test('have dns-01 last, after one without a token', async () => {
    const authorization = await client.read(await authorizationFor(name));

    expect(authorization.json.challenges.map(({ type }: { type: string }) => type)).toEqual([
      'dns-persist-01',
      'http-01',
      'dns-01',
    ]);
    expect(authorization.json.challenges[0]).not.toHaveProperty('token');
  });

  test('are without http-01 for a wildcard', async () => {
    const authorization = await client.read(await authorizationFor(`*.${name}`));

    expect(authorization.json.challenges.map(({ type }: { type: string }) => type)).toEqual([
      'dns-persist-01',
      'dns-01',
    ]);
  });

  test('that nobody knows yet cannot be chosen, and spoil nothing', async () => {
    const url = await authorizationFor(name);
    const [persist] = (await client.read(url)).json.challenges;

    const reply = await client.post(persist.url, {});

    expect(reply.status).toBe(400);
    expect((await client.read(url)).json.status).toBe('pending');
  });

  test('are only read by a POST-as-GET', async () => {
    const { url } = dns01(await client.read(await authorizationFor(name)));

    const read = await client.read(url);

    expect(read.json.status).toBe('pending');
    expect(String(read.headers.link)).toContain('rel="up"');
  });
});

describe('dns-01', () => {
  test('is valid when one of the values is right', async () => {
    const url = await authorizationFor(name);
    dns.addText(`_acme-challenge.${name}`, 'somebody else');
    await present(url);

    const settled = await respond(client, url);

    expect(settled.json).toMatchObject({ status: 'valid', challenges: [{ type: 'dns-01', status: 'valid' }] });
    expect(settled.json.challenges[0]).toHaveProperty('validated');
  });

  test('is invalid without a record, and so is the order', async () => {
    const order = await client.order([name]);

    const settled = await respond(client, order.json.authorizations[0]);

    expect(failureOf(settled)).toEqual(['unauthorized', `No TXT record found at _acme-challenge.${name}`]);
    expect((await client.read(String(order.headers.location))).json.status).toBe('invalid');
  });

  test('shows a wrong value', async () => {
    const url = await authorizationFor(name);
    dns.addText(`_acme-challenge.${name}`, 'stale');

    const settled = await respond(client, url);

    expect(failureOf(settled)).toEqual([
      'unauthorized',
      `Incorrect TXT record "stale" found at _acme-challenge.${name}`,
    ]);
  });

  test.each([
    { rcode: SERVFAIL, word: 'SERVFAIL' },
    { rcode: NXDOMAIN, word: 'NXDOMAIN' },
  ])('tells a DNS problem: $word', async ({ rcode, word }) => {
    const url = await authorizationFor(name);
    dns.answerWith(`_acme-challenge.${name}`, rcode);

    const settled = await respond(client, url);

    expect(failureOf(settled)).toEqual(['dns', `DNS problem: ${word} looking up TXT for _acme-challenge.${name}`]);
  });

  test('follows an alias that the resolver left open', async () => {
    const url = await authorizationFor(name);
    dns.add({ type: 'CNAME', name: `_acme-challenge.${name}`, data: `target.${name}`, ttl: 1 });
    dns.addText(`target.${name}`, await rightValue(url));

    const settled = await respond(client, url);

    expect(failureOf(settled)).toBeNull();
  });

  test('gives up on aliases in a circle', async () => {
    const url = await authorizationFor(name);
    dns.add({ type: 'CNAME', name: `_acme-challenge.${name}`, data: `_acme-challenge.${name}`, ttl: 1 });

    const settled = await respond(client, url);

    expect(failureOf(settled)?.[0]).toBe('dns');
  });

  test('asks again over TCP when the answer is cut short', async () => {
    const url = await authorizationFor(name);
    await present(url);
    dns.truncates = true;

    const settled = await respond(client, url);
    dns.truncates = false;

    expect(failureOf(settled)).toBeNull();
  });
});

describe('CAA', () => {
  function caa(domain: string, tag: string, value: string, flags = 0): void {
    // @types/dns-packet knows three tags only.
    dns.add({ type: 'CAA', name: domain, ttl: 1, data: { flags, tag: tag as 'issue', value } });
  }

  test.each([
    { value: 'lab-ca.invalid', allowed: true },
    { value: 'lab-ca.invalid; validationmethods=dns-01', allowed: true },
    { value: 'lab-ca.invalid; validationmethods=http-01', allowed: false },
    { value: 'lab-ca.invalid; accounturi=https://127.0.0.1/other', allowed: false },
    { value: 'letsencrypt.org', allowed: false },
    { value: ';', allowed: false },
  ])('"issue $value": allowed is $allowed', async ({ value, allowed }) => {
    const url = await authorizationFor(name);
    await present(url);
    caa(name, 'issue', value);

    const settled = await respond(client, url);

    expect(failureOf(settled)?.[0] ?? null).toBe(allowed ? null : 'caa');
  });

  test('of the parent counts when the name has none', async () => {
    const url = await authorizationFor(name);
    await present(url);
    const parent = name.slice(name.indexOf('.') + 1);
    caa(parent, 'issue', 'letsencrypt.org');

    const settled = await respond(client, url);

    expect(failureOf(settled)).toEqual(['caa', `CAA record for ${parent} prevents issuance`]);
  });

  test('issuewild goes before issue for a wildcard', async () => {
    const url = await authorizationFor(`*.${name}`);
    await present(url);
    caa(name, 'issue', 'lab-ca.invalid');
    caa(name, 'issuewild', ';');

    const settled = await respond(client, url);

    expect(failureOf(settled)?.[0]).toBe('caa');
  });

  test('with a critical property that nobody knows forbids', async () => {
    const url = await authorizationFor(name);
    await present(url);
    caa(name, 'unheard-of', 'x', 0x80);

    const settled = await respond(client, url);

    expect(failureOf(settled)?.[0]).toBe('caa');
  });

  test('of a parent outside the lab is not asked for, but a failing resolver forbids', async () => {
    const [refused, failing] = [await authorizationFor(name), await authorizationFor(`deep.${name}`)];
    await present(refused);
    dns.answerWith(name.slice(name.indexOf('.') + 1), REFUSED);
    dns.addText(`_acme-challenge.deep.${name}`, await rightValue(failing));
    dns.answerWith(`deep.${name}`, SERVFAIL);

    const outcomes = [await respond(client, refused), await respond(client, failing)];

    expect(outcomes.map((outcome) => failureOf(outcome)?.[0] ?? null)).toEqual([null, 'dns']);
  });
});
