import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ExplanationList } from '../../backend/src/api/contract/explanation.ts';
import { labConnection } from '../../backend/src/cli/lab-connection.ts';
import type { Listening } from '../../backend/src/server.ts';
import { aConnection } from '../contracts/store-fixtures.ts';
import { type Caller, Daemon } from '../support/daemon.ts';
import { Journey } from '../support/journey.ts';
import { ManualClock } from '../support/manual-clock.ts';

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

function call(
  method: string,
  path: string,
  body?: unknown,
  token = journey.secrets.accessToken.reveal(),
): Promise<Response> {
  return fetch(`${server.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
  });
}

describe('access', () => {
  it.each([
    ['GET', '/api/v1/connections'],
    ['POST', '/api/v1/connections'],
    ['GET', '/api/v1/renewals'],
    ['GET', '/api/v1/events'],
    ['GET', '/api/v1/credentials'],
    ['GET', '/api/v1/plugins'],
    ['GET', '/api/v1/nothing-here'],
  ])('%s %s needs the token', async (method, path) => {
    const answer = await call(method, path, undefined, 'wrong-token');

    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
  });

  it.each(['/healthz', '/readyz', '/'])('%s does not', async (path) => {
    expect((await fetch(`${server.url}${path}`)).status).toBe(200);
  });

  it.each(['/', '/api/docs', '/healthz', '/api/v1/connections', '/api/v1/nothing-here'])(
    '%s is answered with these headers that protect, and no others that tell',
    async (path) => {
      const [first, second] = [await fetch(`${server.url}${path}`), await fetch(`${server.url}${path}`)];

      const { 'content-security-policy': policy = '', ...headers } = Object.fromEntries(first.headers);
      const nonce = /'nonce-([\w+/=]{24})'/.exec(policy)?.[1] ?? '';
      const others = Object.keys(headers).filter((name) => !(name in PROTECTING) && !TELLING_NOTHING.includes(name));
      expect(policy.replace(nonce, 'NONCE')).toBe(POLICY);
      expect(second.headers.get('content-security-policy')).not.toContain(nonce);
      expect(headers).toMatchObject(PROTECTING);
      expect(others).toEqual([]);
      expect(headers['cache-control'] ?? 'none').toBe(/^\/(?:api\/v1|$)/.test(path) ? 'no-store' : 'none');
    },
  );

  it('binds browsers to HTTPS when told so, and never over plain HTTP', async () => {
    const env = { CERTFERRY_HSTS_DAYS: '365', CERTFERRY_TRUSTED_PROXIES: '127.0.0.1' };
    await using daemon = await Daemon.start({}, env);
    const strict = async (proto: string) =>
      (await fetch(`${daemon.url}/`, { headers: { 'x-forwarded-proto': proto } })).headers.get(
        'strict-transport-security',
      );

    expect([await strict('https'), await strict('http')]).toEqual(['max-age=31536000', null]);
  });
});

describe('a daemon that is asked too much', () => {
  it('counts requests of an address and of a caller, and not those of the operator of the machine', async () => {
    await using daemon = await Daemon.start(
      {},
      { CERTFERRY_REQUESTS_PER_MINUTE: '60', CERTFERRY_TRUSTED_PROXIES: '127.0.0.1' },
    );
    const viewer = await daemon.token('viewer');
    const from = (address: string, caller: Caller) =>
      daemon.call('GET', '/plugins', { ...caller, 'x-forwarded-for': address });
    const many = async (count: number, address: (index: number) => string, caller: Caller) => {
      const answers = await Promise.all(Array.from({ length: count }, (_, index) => from(address(index), caller)));
      return answers.map(({ status }) => status);
    };

    const anonymous = await many(61, () => '192.0.2.1', {});
    const other = await many(1, () => '192.0.2.2', {});
    const spread = await many(61, (index) => `198.51.100.${index}`, viewer);
    const refused = await from('203.0.113.1', viewer);
    const local = await daemon.call('GET', '/plugins', daemon.local);

    expect(anonymous.toSorted()).toEqual([...Array(60).fill(401), 429]);
    expect([other, spread.toSorted()]).toEqual([[401], [...Array(60).fill(200), 429]]);
    expect(refused.headers.get('retry-after')).toBe('60');
    expect(await refused.json()).toMatchObject({ code: 'TOO_MANY_ATTEMPTS' });
    expect(local.status).toBe(200);
  });

  it('opens a secret for /readyz every two seconds at most, and shows its explanations in pages', async () => {
    const clock = new ManualClock();
    await using daemon = await Daemon.start({ clock });
    const check = vi.spyOn(daemon.app.store.upkeep, 'check');
    for (const name of ['one', 'two', 'three']) await daemon.app.store.connections.insert({ ...aConnection(), name });
    const ask = () => fetch(`${daemon.url}/readyz`).then((answer) => answer.text());
    const page = async (number: number) =>
      (await (
        await daemon.call('GET', `/explanations?limit=2&page=${number}`, daemon.local)
      ).json()) as ExplanationList;

    await Promise.all([ask(), ask(), ask()]);
    const atOnce = check.mock.calls.length;
    clock.advance(2_000);
    await ask();

    expect([atOnce, check.mock.calls.length]).toEqual([1, 2]);
    expect(await page(1)).toMatchObject({ items: [{ connectionId: 1 }, { connectionId: 2 }], total: 3, next: 2 });
    expect(await page(2)).toMatchObject({ items: [{ connectionId: 3 }], total: 3, next: null });
  });
});

const POLICY = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "img-src 'self' data:",
  "object-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'nonce-NONCE'",
].join(';');

const PROTECTING = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};

const TELLING_NOTHING = [
  ...['cache-control', 'connection', 'content-length', 'content-type', 'date', 'etag', 'keep-alive', 'x-request-id'],
  ...['transfer-encoding', 'vary'],
  ...['ratelimit-limit', 'ratelimit-policy', 'ratelimit-remaining', 'ratelimit-reset'],
];

describe('problems', () => {
  it.each<[string, string, string, unknown, number, string]>([
    ['a path that does not exist', 'GET', '/api/v1/certificate', undefined, 404, 'NOT_FOUND'],
    ['a connection that does not exist', 'GET', '/api/v1/connections/999', undefined, 404, 'NOT_FOUND'],
    ['an id that is no number', 'GET', '/api/v1/connections/one', undefined, 400, 'BAD_REQUEST'],
    ['a body that is no JSON', 'POST', '/api/v1/connections', '{', 400, 'BAD_REQUEST'],
    ['a field that is missing', 'POST', '/api/v1/connections', { name: 'x' }, 400, 'BAD_REQUEST'],
    ['a renewal that does not exist', 'POST', '/api/v1/renewals/nope/cancel', {}, 404, 'NOT_FOUND'],
    ['a credential name with a colon', 'PUT', '/api/v1/credentials/a:b', {}, 400, 'BAD_REQUEST'],
  ])('%s', async (_what, method, path, body, status, code) => {
    const answer = await call(method, path, body);

    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toMatchObject({ code, status, title: expect.any(String), action: expect.any(String) });
  });

  it('names the field that is wrong, and never the secret in it', async () => {
    const input = labConnection(journey.lab);
    const wrong = {
      ...input,
      appliance: { ...input.appliance, settings: { ...input.appliance.settings, apiPort: 70_000 } },
    };

    const answer = await (await call('POST', '/api/v1/connections', wrong)).text();

    expect(JSON.parse(answer)).toMatchObject({ code: 'INVALID_SETTINGS', detail: expect.stringContaining('apiPort') });
    expect(answer).not.toContain(JSON.stringify(journey.lab.password).slice(1, -1));
  });

  it('refuses a field that nobody knows', async () => {
    const answer = await call('POST', '/api/v1/connections', { ...labConnection(journey.lab), polcy: {} });

    expect(await answer.json()).toMatchObject({ code: 'BAD_REQUEST', detail: expect.stringContaining('polcy') });
  });

  it('names the host name that is none', async () => {
    const answer = await call('POST', '/api/v1/connections', { ...labConnection(journey.lab), dnsNames: ['cucm pub'] });

    expect(await answer.json()).toMatchObject({
      code: 'INVALID_SETTINGS',
      detail: expect.stringContaining('cucm pub'),
    });
  });
});

describe('connections', () => {
  it('are created, shown without secrets, changed and removed', async () => {
    const created = (await (
      await call('POST', '/api/v1/connections', labConnection(journey.lab))
    ).json()) as ConnectionView;
    const { password: _, ...settings } = labConnection(journey.lab).appliance.settings;
    const change = { ...labConnection(journey.lab), name: 'Renamed', version: created.version };
    const changed = await call('PUT', `/api/v1/connections/${created.id}`, {
      ...change,
      // Secrets that are not sent again stay.
      appliance: { plugin: 'vos', settings },
    });
    const stale = await call('PUT', `/api/v1/connections/${created.id}`, change);
    const removed = await call('DELETE', `/api/v1/connections/${created.id}`);

    expect(created.appliance).toMatchObject({ secretsSet: ['password'] });
    expect(created.appliance.settings).not.toHaveProperty('password');
    expect(await changed.json()).toMatchObject({
      name: 'Renamed',
      version: created.version + 1,
      appliance: { secretsSet: ['password'] },
    });
    expect(await stale.json()).toMatchObject({ code: 'CONFLICT' });
    expect(removed.status).toBe(204);
    expect((await call('GET', `/api/v1/connections/${created.id}`)).status).toBe(404);
  });

  it('share a credential, which cannot be removed while it is used', async () => {
    const input = labConnection(journey.lab);
    const { keySecret, ...open } = input.dns.settings;
    await call('PUT', '/api/v1/credentials/lab%20dns', { family: 'dns', plugin: 'rfc2136', fields: { keySecret } });

    const created = (await (
      await call('POST', '/api/v1/connections', {
        ...input,
        dns: { plugin: 'rfc2136', settings: open, credential: 'lab dns' },
      })
    ).json()) as ConnectionView;
    const refused = await call('DELETE', '/api/v1/credentials/lab%20dns');
    await call('DELETE', `/api/v1/connections/${created.id}`);
    const removed = await call('DELETE', '/api/v1/credentials/lab%20dns');

    expect(created.dns).toMatchObject({ credential: 'lab dns', secretsSet: ['keySecret'] });
    expect(await refused.json()).toMatchObject({ code: 'CONFLICT' });
    expect(removed.status).toBe(204);
  });
});

describe('preflight', () => {
  it('finds nothing in the way at the lab, writes and removes a test record when asked, and changes nothing else', async () => {
    const answer = await call('POST', `/api/v1/connections/${journey.connection.id}/preflight`, {
      writeTestRecord: true,
    });

    const { outcome, findings } = (await answer.json()) as {
      outcome: string;
      findings: { id: string; outcome: string; answer: string }[];
    };
    expect(findings.filter((finding) => finding.outcome === 'block')).toEqual([]);
    expect(outcome).not.toBe('block');
    const ids = findings.map(({ id }) => id.split('.')[0]);
    expect(new Set(ids)).toEqual(new Set(['names', 'appliance', 'endpoints', 'issuer', 'caa', 'dns']));
    expect(findings.find(({ id }) => id.startsWith('dns.write'))).toMatchObject({ outcome: 'ok' });
    expect(journey.effects()).toEqual({ issued: 0, restarts: 0, records: [] });
    expect(journey.lab.exchanges.count('vos.csr.create')).toBe(0);
    expect(journey.lab.exchanges.count('ca.newAccount')).toBe(0);
  });

  it('says what is wrong and what to do about it', async () => {
    const input = labConnection(journey.lab);
    const wrong = {
      ...input,
      name: 'Wrong in several ways',
      dnsNames: ['*.lab.example.com', 'cucm.corp.local'],
      appliance: { ...input.appliance, settings: { ...input.appliance.settings, password: 'not-the-password' } },
    };
    const { id } = (await (await call('POST', '/api/v1/connections', wrong)).json()) as { id: number };

    const answer = await call('POST', `/api/v1/connections/${id}/preflight`, {});

    const { outcome, findings } = (await answer.json()) as {
      outcome: string;
      findings: { id: string; outcome: string; todo?: string }[];
    };
    expect(outcome).toBe('block');
    const bad = findings.filter((finding) => ['warn', 'block'].includes(finding.outcome));
    expect(bad.map((finding) => finding.id)).toEqual(
      expect.arrayContaining([
        'names.cucm.corp.local',
        expect.stringMatching(/^appliance\..*credentials|^appliance\.login/),
        expect.stringMatching(/^appliance\.names/),
      ]),
    );
    expect(bad.every(({ todo }) => (todo ?? '').length > 10)).toBe(true);
    await call('DELETE', `/api/v1/connections/${id}`);
  });
});

describe('renewals and their events', () => {
  it('are started, followed without gap or repeat across a broken stream, and shown', async () => {
    const started = (await (
      await call('POST', `/api/v1/connections/${journey.connection.id}/renewals`, {})
    ).json()) as RenewalView;
    const first = started.events[0]?.seq ?? 0;

    const seen = await readStream(`renewalId=${started.id}`, String(first - 1), 4);
    const rest = await readStream(`renewalId=${started.id}`, String(seen.at(-1)?.seq), Number.POSITIVE_INFINITY);
    const again = await call('POST', `/api/v1/renewals/${started.id}/cancel`, {});

    const shown = (await (await call('GET', `/api/v1/renewals/${started.id}`)).json()) as RenewalView;
    expect(shown).toMatchObject({ outcome: 'verified', state: 'verified' });
    expect([...seen, ...rest]).toEqual(shown.events);
    expect(again.status).toBe(409);
    expect(await (await call('GET', '/api/v1/connections')).json()).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({
          standing: 'served',
          lastRenewal: expect.objectContaining({ id: started.id, outcome: 'verified' }),
        }),
      ]),
    });
  });
});

describe('plugins', () => {
  it('come with a JSON schema whose fields have titles and mark what is secret', async () => {
    const families = (await (await call('GET', '/api/v1/plugins')).json()) as Record<string, PluginView[]>;

    expect(Object.keys(families)).toEqual(['appliance', 'issuer', 'dns', 'http', 'notifier']);
    for (const plugin of Object.values(families).flat()) {
      for (const [name, field] of Object.entries(plugin.settings.properties))
        expect(field, `${plugin.id}.${name}`).toHaveProperty('title');
    }
    expect(families.appliance?.find(({ id }) => id === 'vos')?.settings.properties.password).toMatchObject({
      secret: true,
    });
  });
});

interface ConnectionView {
  readonly id: number;
  readonly version: number;
  readonly appliance: { readonly settings: object };
  readonly dns: object;
}
interface RenewalView {
  readonly id: string;
  readonly events: readonly { readonly seq: number }[];
}
interface PluginView {
  readonly id: string;
  readonly settings: { readonly properties: Record<string, object> };
}

/** Reads server-sent events from a cursor, until the renewal has finished or `limit` have come; then breaks the connection. */
async function readStream(query: string, lastEventId: string, limit: number): Promise<{ seq: number }[]> {
  const answer = await fetch(`${server.url}/api/v1/events?${query}`, {
    headers: { authorization: `Bearer ${journey.secrets.accessToken.reveal()}`, 'last-event-id': lastEventId },
    signal: AbortSignal.timeout(25_000),
  });
  const events: { seq: number; event: { type: string } }[] = [];
  let text = '';
  for await (const chunk of answer.body ?? []) {
    text += Buffer.from(chunk).toString('utf8');
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = /^data:(.*)$/m.exec(block)?.[1];
      if (!data || !/^id:\d+$/m.test(block)) continue;
      events.push(JSON.parse(data));
      // Leaving the loop closes the connection.
      if (events.length >= limit || events.at(-1)?.event.type === 'renewal.finished') return events;
    }
  }
  throw new Error('The stream ended before the renewal did.');
}
