import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  ActivityItem,
  BulkPlan,
  CertificateList,
  ConnectionChoice,
  ConnectionList,
  DashboardView,
  RenewalItem,
} from '../../backend/src/api/contract/lists.ts';
import type { RenewalView } from '../../backend/src/api/contract.ts';
import { sha256OfPem } from '../../backend/src/domain/certificate.ts';
import { emptyMemory, toRow } from '../../backend/src/reconcile/memory.ts';
import type { Facts } from '../../backend/src/renewal/facts.ts';
import type { JsonObject } from '../../backend/src/store/store.ts';
import { type Caller, Daemon } from '../support/daemon.ts';
import { fillStore } from '../support/fill.ts';
import { makeTlsCertificate } from '../support/x509.ts';

/** Enough for pages, few enough to be quick. */
const CONNECTIONS = 120;

const CERTIFICATE = {
  serial: '01',
  subject: 'CN=seen.example.com',
  issuer: 'CN=CA',
  commonName: null,
  dnsNames: [],
  notBefore: '2026-01-01T00:00:00.000Z',
  key: { kind: 'EC P-256', spkiSha256: '44'.repeat(32) },
  extendedKeyUsage: [],
  selfSigned: false,
};

let daemon: Daemon;

beforeAll(async () => {
  daemon = await Daemon.start();
  await fillStore(daemon.app.store, CONNECTIONS);
});
afterAll(() => daemon[Symbol.asyncDispose]());

/** Asked by whoever may do everything, unless it is said otherwise. */
function call(method: string, path: string, body?: unknown, caller: Caller = daemon.local): Promise<Response> {
  return daemon.call(method, path, caller, body);
}

async function list(query: string): Promise<ConnectionList> {
  return (await (await call('GET', `/connections?${query}`)).json()) as ConnectionList;
}

async function problem(path: string): Promise<{ status: number; detail: string }> {
  const answer = await call('GET', path);
  const { detail } = (await answer.json()) as { detail: string };
  return { status: answer.status, detail };
}

describe('the list of connections', () => {
  it('comes page by page, each connection once, and ends', async () => {
    const seen: number[] = [];
    let next: number | null = 1;
    while (next !== null) {
      const page: ConnectionList = await list(`limit=50&page=${next}`);
      expect(page.total).toBe(CONNECTIONS);
      seen.push(...page.items.map(({ id }) => id));
      next = page.next;
    }

    expect(seen).toEqual(Array.from({ length: CONNECTIONS }, (_, index) => index + 1));
  });

  it.each([
    ['a page after the last one', 'page=99', CONNECTIONS],
    ['a search that finds nothing', 'search=nowhere', 0],
  ])('is empty for %s', async (_, query, total) => {
    expect(await list(query)).toEqual({ items: [], total, next: null });
  });

  it('has no next page when the last one is full', async () => {
    expect(await list(`limit=60&page=2`)).toMatchObject({ next: null, total: CONNECTIONS });
  });

  it.each([
    ['sort=colour', /sort: .*"added".*"name".*"state".*"days".*"renewal"/],
    ['state=sad', /state: .*"needs-person".*"served"/],
    ['order=up', /order: .*"asc".*"desc"/],
    ['limit=501', /limit/],
    ['page=0', /page/],
    ['automatic=maybe', /automatic: .*"true".*"false"/],
  ])('refuses %s and names what is allowed', async (query, detail) => {
    expect(await problem(`/connections?${query}`)).toMatchObject({
      status: 400,
      detail: expect.stringMatching(detail),
    });
  });

  it('is searched by every word in name, address and DNS names, whatever their case', async () => {
    const { items, total } = await list('search=SITE%20node-00042');

    expect(total).toBe(1);
    expect(items[0]).toMatchObject({ name: 'Site 00042', address: 'node-00042.example.com' });
  });

  it('takes what stands for anything in a pattern as it is', async () => {
    expect((await list('search=%25')).total).toBe(0);
    expect((await list('search=node_00042')).total).toBe(0);
  });

  it('has the worst first when it is sorted by state, and those who need somebody when asked for them', async () => {
    const standings = (await list('sort=state&limit=500')).items.map(({ standing }) => standing);
    const needing = await list('state=needs-person&sort=state');

    expect(standings[0]).toBe('affected');
    expect(standings.at(-1)).toBe('served');
    expect(new Set(needing.items.map(({ standing }) => standing))).toEqual(
      new Set(['affected', 'expired', 'held', 'failed', 'not-served']),
    );
  });

  it('sorts by days left, unknown ones last, and the other way round', async () => {
    const up = (await list('sort=days&limit=500')).items.map(({ lastSeen }) => lastSeen?.notAfter ?? null);
    const down = (await list('sort=days&order=desc&limit=500')).items.map(({ lastSeen }) => lastSeen?.notAfter ?? null);
    const known = up.filter((one) => one !== null);

    expect(known).toEqual(known.toSorted());
    expect(up.at(-1)).toBeNull();
    expect(down.filter((one) => one !== null)).toEqual(known.toReversed());
  });

  it('is filtered by product and by automatic renewal, together', async () => {
    const { items, total } = await list('product=vos/imp&automatic=true&limit=500');

    expect(total).toBe(items.length);
    expect(total).toBeGreaterThan(0);
    for (const item of items) {
      expect(item).toMatchObject({
        product: 'vos/imp',
        productTitle: 'Cisco IM and Presence',
        automatic: true,
      });
    }
    expect((await list('automatic=false')).total).toBe(CONNECTIONS / 20);
  });

  it('marks what a CA for practice signs', async () => {
    const { items } = await list('search=node-00001');

    expect(items.map(({ practice }) => practice)).toEqual([true]);
  });

  it('says by how many endpoints what was installed is served, and who signed it', async () => {
    const { certificates, renewals } = daemon.app.store;
    const { certificatePem: leafPem } = await makeTlsCertificate(['node-00020.example.com']);
    const [renewal] = await renewals.list({ connectionId: 21, limit: 1 });
    const sha256 = sha256OfPem(leafPem);
    const [seen] = ((renewal?.facts ?? {}) as Partial<Facts>).served ?? [];
    const both = [sha256, '99'.repeat(32)].map((one) => ({ ...seen, sha256: one }));
    const chain = { leafPem, intermediatesPem: [], rootPem: null };
    const facts = { chain, install: { changed: true, sha256 }, served: both };

    await renewals.save(renewal?.id ?? '', { facts: JSON.parse(JSON.stringify(facts)) as JsonObject });

    const { items } = await list('search=node-00020');
    const issuer = (await certificates.get(sha256))?.issuer;
    expect(items[0]).toMatchObject({ wanted: { sha256, issuer, servedBy: 1 }, lastSeen: { endpoints: 2 } });
    expect((await list('search=node-00033')).items[0]).toMatchObject({ wanted: null });
  });

  it('gives the ids of everything that matches, for what is done to many', async () => {
    const ids = await (await call('GET', '/connections/ids?search=node-0004')).json();

    expect(ids).toEqual(Array.from({ length: 10 }, (_, index) => 41 + index));
  });
});

describe('the dashboard', () => {
  it('counts what the list shows, and puts first what needs a person', async () => {
    const view = (await (await call('GET', '/dashboard')).json()) as DashboardView;

    for (const [count, query] of [
      [view.counts.served, 'state=served'],
      [view.counts.needsPerson, 'state=needs-person'],
      [view.counts.restartPending, 'state=restart-pending'],
      [view.counts.failed, 'state=failed'],
      [view.counts.notServed, 'state=not-served'],
      [view.counts.held, 'state=held'],
      [view.counts.expired, 'state=expired'],
      [view.counts.expiring, 'state=expiring'],
      [view.counts.off, 'automatic=false'],
      [view.counts.never, 'state=never'],
    ] as const) {
      expect([query, count]).toEqual([query, (await list(query)).total]);
      expect(count).toBeGreaterThan(0);
    }
    expect(view.counts.total).toBe(CONNECTIONS);
    expect(view.needs.items[0]?.standing).toBe('affected');
    expect(view.next).toEqual([]);
  });

  it('has a lane for each product, with every certificate that was seen in one place of it', async () => {
    const { expiry } = (await (await call('GET', '/dashboard')).json()) as DashboardView;

    expect(expiry.lanes.map(({ product }) => product)).toEqual(['vos/cer', 'vos/cuc', 'vos/cucm', 'vos/imp']);
    for (const { total, expired, later, days } of expiry.lanes) {
      expect(expired + later + days.reduce((sum, { count }) => sum + count, 0)).toBe(total);
      expect(days.every(({ day, count, due }) => day >= 0 && day <= expiry.days && due <= count)).toBe(true);
    }
    expect(expiry.marks.filter(({ practice }) => practice).map(({ name }) => name)).toContain('Site 00001');
    expect(expiry.complete).toBe(true);
    expect(expiry.marks).toHaveLength(expiry.lanes.reduce((sum, { total }) => sum + total, 0));
  });
});

describe('the heartbeat of the schedule', () => {
  const schedule = async () => ((await (await call('GET', '/dashboard')).json()) as DashboardView).schedule;

  it('says when it looked last, and that it is dead once that is long ago', async () => {
    const { scheduleHealth, clock } = daemon.app;
    const now = clock.now();
    const longAgo = new Date(now.getTime() - 11 * 60_000);

    const before = await schedule();
    await scheduleHealth.ran(now);
    const alive = await schedule();
    await scheduleHealth.ran(longAgo);
    const dead = await schedule();

    expect(before).toEqual({ ranAt: null, alive: false });
    expect(alive).toEqual({ ranAt: now.toISOString(), alive: true });
    expect(dead).toEqual({ ranAt: longAgo.toISOString(), alive: false });
  });
});

describe('what the schedule has seen', () => {
  it('is what list and dashboard tell, with what begins next and why', async () => {
    const { watches } = daemon.app.store;
    const at = new Date(Date.now() + 60_000).toISOString();
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const end = new Date(Date.now() + 20 * 86_400_000).toISOString();
    const dueNow = {
      due: true,
      reason: 'names-differ',
      message: 'It lacks a name',
      certificate: null,
      from: end,
    } as const;
    const memory = {
      ...emptyMemory(new Date()),
      lookedAt: at,
      endpoints: [
        { name: 'node-00038.example.com:443', answeredAt: at, sha256: '33'.repeat(32), silence: null },
        { name: 'node-00038.example.com:8443', answeredAt: null, sha256: null, silence: 'refused' },
      ],
      certificates: [{ ...CERTIFICATE, sha256: '33'.repeat(32), notAfter: end }],
      verdict: dueNow,
      decision: { state: 'window-shut', at, until: later, why: 'It lacks a name' } as const,
    };
    const { automatic: isOn } = (await list('search=node-00038')).items[0] ?? {};

    await watches.put(toRow(39, memory, new Date(later)));

    const [item] = (await list('search=node-00038')).items;
    const { next } = (await (await call('GET', '/dashboard')).json()) as DashboardView;
    expect(isOn).toBe(true);
    expect(item).toMatchObject({ dueAt: at, lastSeen: { at, notAfter: end, answered: 1, endpoints: 2 } });
    expect(next).toEqual([{ connectionId: 39, name: 'Site 00038', at: later, why: 'Its renewal window opens' }]);
  });

  it('stands as not served while an endpoint serves another certificate than after the last renewal', async () => {
    const { watches } = daemon.app.store;
    const { items } = await list('state=served&sort=name');
    const served = items.at(-1);
    if (!served) throw new Error('Nothing is served.');
    const id = served.id;
    const at = new Date().toISOString();
    const end = new Date(Date.now() + 40 * 86_400_000).toISOString();
    const [wanted, other] = ['11'.repeat(32), '55'.repeat(32)];
    const deviating = {
      ...emptyMemory(new Date()),
      lookedAt: at,
      expected: wanted,
      deviates: true,
      endpoints: [{ name: 'node:443', answeredAt: at, sha256: other, silence: null }],
      certificates: [wanted, other].map((sha256) => ({ ...CERTIFICATE, sha256, notAfter: end })),
      decision: { state: 'fresh', at, until: null, why: 'Valid' } as const,
    };
    const itemOf = async () => (await list(`search=${encodeURIComponent(served.name)}`)).items[0];
    const again = deviating.endpoints.map((one) => ({ ...one, sha256: wanted }));

    await watches.put(toRow(id, deviating, new Date(Date.now() + 3_600_000)));
    const changed = await itemOf();
    await watches.put(toRow(id, { ...deviating, deviates: false, endpoints: again }, new Date(Date.now() + 3_600_000)));
    const restored = await itemOf();

    expect(changed).toMatchObject({ standing: 'not-served', lastSeen: { notAfter: end } });
    expect(changed?.deviation).toContain('node:443 no longer serves the certificate');
    expect(changed?.lastRenewal).toMatchObject({ note: 'Served on 1 of 1 endpoint' });
    expect(restored).toMatchObject({ standing: 'served', deviation: null });
  });
});

describe('activity', () => {
  it('is filtered by connection and kind, in words without ids', async () => {
    const { app } = daemon;
    await app.store.events.append([
      { type: 'connection.changed', connectionId: 5 },
      { type: 'connection.changed', connectionId: 6 },
      { type: 'renewal.started', renewalId: 'r-5', connectionId: 5, by: 'operator' },
    ]);

    const changed = (await (await call('GET', '/activity?connectionId=5&kind=connections')).json()) as ActivityItem[];
    const all = (await (await call('GET', '/activity?connectionId=5')).json()) as ActivityItem[];
    const older = (await (
      await call('GET', `/activity?connectionId=5&before=${all[0]?.seq}`)
    ).json()) as ActivityItem[];

    expect(changed.map(({ sentence, connection }) => [sentence, connection?.name])).toEqual([
      ['Changed', 'Site 00004'],
    ]);
    expect(all.map(({ sentence }) => sentence)).toEqual(['Renewal started by an operator', 'Changed']);
    expect(older.map(({ sentence }) => sentence)).toEqual(['Changed']);
    expect(await problem('/activity?kind=gossip')).toMatchObject({
      status: 400,
      detail: expect.stringMatching(/"failures"/),
    });
  });

  it('goes on naming a connection that was removed', async () => {
    await daemon.app.store.events.append([{ type: 'connection.changed', connectionId: 120 }]);
    await daemon.app.store.connections.remove(120);

    const [entry] = (await (await call('GET', '/activity?connectionId=120')).json()) as ActivityItem[];

    expect(entry?.connection).toEqual({ id: 120, name: 'Site 00119', removed: true });
    expect((await list('search=node-00119')).total).toBe(0);
  });
});

describe('certificates', () => {
  it.each([
    ['/certificates', 200],
    ['/certificates/no-fingerprint', 400],
    [`/certificates/${'0'.repeat(64)}`, 404],
    [`/certificates/${'0'.repeat(64)}/pem`, 404],
    [`/certificates/${'0'.repeat(64)}/pem?part=key`, 400],
  ])('%s answers %i where nothing was issued', async (path, status) => {
    expect((await call('GET', path)).status).toBe(status);
  });
});

describe('a bulk', () => {
  it('says beforehand how many, of what, and how many ask', async () => {
    const answer = await call('POST', '/bulk/plan', { action: 'renew', connectionIds: [1, 2, 3, 4, 5, 6, 999] });

    const plan = (await answer.json()) as BulkPlan;
    expect(plan).toMatchObject({ total: 6, asking: 2, inWindow: 0, atOnce: 4, practice: 1 });
    expect(plan.appliances).toContainEqual({ title: 'Cisco CUCM', slot: 'tomcat', count: 3 });
  });

  it('says what each restart waits for, and of those that are refused nothing', async () => {
    const { connections } = daemon.app.store;
    const calendar = { name: 'Nights', openings: [], freezes: [], zone: 'UTC' };
    const shut = (await (await call('POST', '/calendars', calendar)).json()) as { readonly id: number };
    const [sample] = await connections.some([3]);
    if (!sample) throw new Error('There is no connection 3.');
    const { appliance, policy } = sample;
    const insert = async (change: Partial<typeof sample>) => {
      const { id } = await connections.insert({ ...sample, policy: { ...policy, activation: 'automatic' }, ...change });
      return id;
    };
    const inWindow = { ...policy, activation: 'automatic', restartCalendar: shut.id } as const;
    const asks = { ...policy, activation: 'ask' } as const;
    const nginx = { ...appliance, plugin: 'nginx', settings: {} };
    const connectionIds = [
      await insert({}),
      await insert({ policy: inWindow }),
      await insert({ slot: 'CallManager' }),
      await insert({ appliance: nginx, policy: asks }),
      await insert({ incomplete: [{ part: 'slot', sentence: 'No slot is chosen.' }] }),
    ];

    const answer = await call('POST', '/bulk/plan', { action: 'renew', connectionIds });

    expect(await answer.json()).toMatchObject({ total: 5, atOnce: 1, inWindow: 1, asking: 1, incomplete: 1 });
    for (const id of connectionIds) await connections.remove(id);
  });

  it.each([
    [{ action: 'delete', connectionIds: [1] }, /"enable".*"renew"/],
    [{ action: 'renew', connectionIds: [] }, /connectionIds/],
  ])('is refused as %j', async (body, detail) => {
    const answer = await call('POST', '/bulk', body);

    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { detail: string }).detail).toMatch(detail);
  });

  it('switches automatic renewal off and on, and says of each what came of it', async () => {
    const asked = await call('POST', '/bulk', { action: 'disable', connectionIds: [1, 6, 999] });
    const { id } = (await asked.json()) as { id: string };
    const view = async () => (await (await call('GET', `/bulk/${id}`)).json()) as Record<string, unknown>;

    await expect.poll(view).toMatchObject({ counts: { waiting: 0, running: 0, done: 2, refused: 1 } });

    expect(asked.status).toBe(202);
    expect(await view()).toMatchObject({
      items: [
        { connectionId: 999, state: 'refused', message: 'There is no connection 999.' },
        { connectionName: 'Site 00000', message: 'No longer renewed automatically' },
        { connectionName: 'Site 00005', message: 'It was off already' },
      ],
    });
    expect((await list('automatic=false&search=node-00000')).total).toBe(1);
  });
});

describe('an incomplete connection', () => {
  let id: number;
  beforeAll(async () => {
    ({ id } = (await (await call('POST', '/connections', { name: 'Half done', draft: true })).json()) as {
      id: number;
    });
  });

  it('stands so in list and counts, with what it lacks', async () => {
    const { items } = await list('state=incomplete');
    const { counts } = (await (await call('GET', '/dashboard')).json()) as DashboardView;

    expect(items).toMatchObject([{ id, standing: 'incomplete', product: '', practice: false }]);
    expect(items[0]?.incomplete[0]?.sentence).toBe('No appliance is chosen.');
    expect(counts.incomplete).toBe(1);
  });

  it.each(['renew', 'test', 'enable'])('is refused by a bulk that would %s it, with what it lacks', async (action) => {
    const body = { action, connectionIds: [id] };
    const plan = await (await call('POST', '/bulk/plan', body)).json();
    const asked = (await (await call('POST', '/bulk', body)).json()) as { id: string };
    const view = async () => (await (await call('GET', `/bulk/${asked.id}`)).json()) as Record<string, unknown>;

    await expect.poll(view).toMatchObject({ counts: { waiting: 0, running: 0, refused: 1 } });

    expect(plan).toMatchObject({ total: 1, incomplete: 1 });
    expect(await view()).toMatchObject({
      actor: 'local operator',
      items: [{ message: expect.stringContaining('"Half done" cannot be renewed yet. No appliance is chosen.') }],
    });
  });
});

describe('a shared CA', () => {
  it('marks what uses it as for practice, and no longer once it is changed', async () => {
    await call('PUT', '/issuers/Shared', { preset: 'letsencrypt-staging', settings: {} });
    await call('POST', '/connections', { name: 'Sharing', issuer: { account: 'Shared' }, draft: true });
    const marked = async () => (await list('search=sharing')).items.map(({ practice }) => practice);

    const before = await marked();
    await call('PUT', '/issuers/Shared', { preset: 'letsencrypt', settings: {}, version: 1 });

    expect(before).toEqual([true]);
    expect(await marked()).toEqual([false]);
  });
});

describe('a renewal', () => {
  const STAGING = { plugin: 'acme', settings: { directory: 'https://127.0.0.1:1/staging/directory' } };
  const OTHER = { plugin: 'acme', settings: { directory: 'https://127.0.0.1:1/directory' } };

  it.each([
    ['first', true],
    ['second', false],
  ] as const)('is marked by the %s CA, which it asks, and stays so: %s', async (issuer, practice) => {
    await call('PUT', '/issuers/Trial', STAGING);
    const input = {
      ...{ name: `Marked by the ${issuer}`, slot: 'tomcat', dnsNames: ['marked.example.com'] },
      appliance: {
        plugin: 'vos',
        settings: { host: '127.0.0.1', apiPort: 1, product: 'cer', user: 'u', password: 'p' },
      },
      ...{ issuer: { account: 'Trial' }, secondIssuer: OTHER, dns: { plugin: 'manual', settings: {} } },
    };
    const { id } = (await (await call('POST', '/connections', input)).json()) as { readonly id: number };
    const begun = (await (await call('POST', `/connections/${id}/renewals`, { issuer })).json()) as RenewalItem;
    await call('POST', `/renewals/${begun.id}/cancel`);
    await daemon.app.runner.ended(begun.id);
    await call('PUT', '/issuers/Trial', { ...OTHER, version: 1 });

    const renewals = (await (await call('GET', `/renewals?connectionId=${id}`)).json()) as readonly RenewalItem[];

    expect(begun).toMatchObject({ practice });
    expect(renewals.map((renewal) => renewal.practice)).toEqual([practice]);
    await call('DELETE', `/connections/${id}`);
    await call('DELETE', '/issuers/Trial');
  });

  it('is marked by what a CA for practice signed, also where its address does not say so', async () => {
    const { renewals } = daemon.app.store;
    const { certificatePem: leafPem } = await makeTlsCertificate(['x.example.com'], 'EC', 'CN=(STAGING) Counterfeit');
    const [row] = await renewals.list({ connectionId: 22, limit: 1 });
    await renewals.save(row?.id ?? '', { facts: { chain: { leafPem, intermediatesPem: [], rootPem: null } } });

    const view = (await (await call('GET', `/renewals/${row?.id}`)).json()) as RenewalView;

    expect(view).toMatchObject({ practice: true, chain: [{ practice: true }] });
  });
});

describe('who sees only some connections', () => {
  /** Failed, and one that waits for somebody: both stand on the dashboard. */
  const SEEN = 4;
  const HIDDEN = 8;
  let viewer: Caller;
  let operator: Caller;
  const fingerprints = new Map<number, string>();

  beforeAll(async () => {
    viewer = await daemon.token('viewer', [SEEN]);
    operator = await daemon.token('operator', [SEEN]);
    const { events, renewals } = daemon.app.store;
    for (const id of [SEEN, HIDDEN]) {
      const { certificatePem: leafPem } = await makeTlsCertificate([`issued-${id}.example.com`]);
      const [renewal] = await renewals.list({ connectionId: id, limit: 1 });
      await renewals.save(renewal?.id ?? '', { facts: { chain: { leafPem, intermediatesPem: [], rootPem: null } } });
      fingerprints.set(id, sha256OfPem(leafPem));
      await events.append([{ type: 'step.released', renewalId: renewal?.id ?? '', step: 'activate' }]);
    }
    await events.append([
      { type: 'connection.changed', connectionId: SEEN },
      { type: 'connection.changed', connectionId: HIDDEN },
      { type: 'access.logout', actor: 'anna' },
    ]);
  });

  async function ask<T>(path: string, caller = viewer): Promise<T> {
    return (await (await call('GET', path, undefined, caller)).json()) as T;
  }

  it('meets no other in the list, its ids, its choices and the renewals', async () => {
    const page = await ask<ConnectionList>('/connections');
    const others = await ask<ConnectionList>(`/connections?ids=${SEEN},${HIDDEN}`);
    const choices = await ask<ConnectionChoice>('/connections/choices');
    const renewals = await ask<RenewalItem[]>('/renewals');
    const failures = await ask<RenewalItem[]>('/renewals?state=failed');
    const refused = await call('GET', '/renewals?state=unheard-of', undefined, viewer);

    expect([page.total, page.items.map(({ id }) => id)]).toEqual([1, [SEEN]]);
    expect(others.items.map(({ id }) => id)).toEqual([SEEN]);
    expect(await ask('/connections/ids')).toEqual([SEEN]);
    expect(choices.products.map(({ count }) => count)).toEqual([1]);
    expect(new Set(renewals.map(({ connectionId }) => connectionId))).toEqual(new Set([SEEN]));
    expect(failures).toEqual(renewals.filter(({ outcome }) => outcome === 'failed'));
    expect(refused.status).toBe(400);
  });

  it('has a dashboard of these alone', async () => {
    const view = await ask<DashboardView>('/dashboard');

    expect(view.counts).toMatchObject({ total: 1, needsPerson: 1, failed: 1, served: 0, incomplete: 0 });
    expect(view.needs).toMatchObject({ total: 1, items: [{ id: SEEN }] });
    expect(view.expiry.lanes).toMatchObject([{ total: 1 }]);
    expect(view.expiry.marks.map(({ connectionId }) => connectionId)).toEqual([SEEN]);
    expect(view.lately.map(({ connectionId }) => connectionId)).toEqual([SEEN]);
  });

  it('sees and downloads no certificate of another', async () => {
    const { items, total } = await ask<CertificateList>('/certificates');
    const status = async (id: number, part: string) =>
      (await call('GET', `/certificates/${fingerprints.get(id)}${part}`, undefined, viewer)).status;

    expect([total, items.map(({ connectionId }) => connectionId)]).toEqual([1, [SEEN]]);
    expect((await ask<CertificateList>('/certificates', daemon.local)).total).toBeGreaterThan(total);
    expect([await status(SEEN, ''), await status(SEEN, '/pem')]).toEqual([200, 200]);
    expect([await status(HIDDEN, ''), await status(HIDDEN, '/pem')]).toEqual([404, 404]);
  });

  it('reads what happened to these, and nothing of access', async () => {
    const entries = await ask<ActivityItem[]>('/activity');

    expect(entries.map(({ sentence }) => sentence)).toEqual(
      expect.arrayContaining(['Changed', expect.stringContaining('released by')]),
    );
    expect(new Set(entries.map(({ connection }) => connection?.id))).toEqual(new Set([SEEN]));
    expect(await ask(`/activity?connectionId=${HIDDEN}`)).toEqual([]);
    expect(await ask('/activity?kind=access')).toEqual([]);
    expect(await ask<ActivityItem[]>('/activity?kind=access', daemon.local)).toMatchObject([
      { type: 'access.logout', connection: null },
      { type: 'access.token-created' },
      { type: 'access.token-created' },
    ]);
    expect(await ask('/activity?kind=access', await daemon.token('operator'))).toEqual([]);
  });

  it('asks for many things over these alone, and not for what its role may not', async () => {
    const ask = (action: string, connectionIds: readonly number[], path = '/bulk') =>
      call('POST', path, { action, connectionIds }, operator);

    const [mine, others, plan] = [
      await ask('renew', [SEEN], '/bulk/plan'),
      await ask('renew', [SEEN, HIDDEN]),
      await ask('renew', [HIDDEN], '/bulk/plan'),
    ];
    const off = await ask('disable', [SEEN]);

    expect([mine.status, others.status, plan.status, off.status]).toEqual([200, 404, 404, 403]);
    expect(await mine.json()).toMatchObject({ total: 1 });
    expect(await others.json()).toMatchObject({ detail: `There is no connection ${HIDDEN}.` });
    expect((await call('POST', '/bulk', { action: 'renew', connectionIds: [SEEN] }, viewer)).status).toBe(403);
  });

  it('follows and stops of a bulk of somebody else what is done to these', async () => {
    const { bulk } = daemon.app.store;
    await bulk.add({ bulkId: 'both', action: 'test', actor: 'anna' }, [SEEN, HIDDEN]);
    await bulk.add({ bulkId: 'hidden', action: 'test', actor: 'anna' }, [HIDDEN]);

    const stopped = await call('POST', '/bulk/both/stop', {}, operator);

    expect(await stopped.json()).toMatchObject({ counts: { stopped: 1, waiting: 0 }, items: [{ connectionId: SEEN }] });
    expect(await bulk.counts('both', null)).toMatchObject({ stopped: 1, waiting: 1 });
    expect((await call('GET', '/bulk/hidden', undefined, viewer)).status).toBe(404);
  });
});

describe('what the schedule leaves to people', () => {
  it('needs one, and the dashboard gives the sentence of the schedule', async () => {
    const { watches, connections } = daemon.app.store;
    const found = (await list('state=served&automatic=true&sort=name')).items.at(-1);
    const connection = found && (await connections.get(found.id));
    if (!connection) throw new Error('Nothing is served.');
    await connections.update({ ...connection, policy: { ...connection.policy, automatic: false } });
    const at = new Date().toISOString();
    const decision = { state: 'manual', at, until: null, why: 'It ends in 2 days' } as const;
    const memory = { ...emptyMemory(new Date()), lookedAt: at, decision };

    await watches.put(toRow(connection.id, memory, new Date(Date.now() + 3_600_000)));

    const viewer = await daemon.token('viewer', [connection.id]);
    const view = (await (await call('GET', '/dashboard', undefined, viewer)).json()) as DashboardView;
    expect(view.counts).toMatchObject({ total: 1, stuck: 1, needsPerson: 1, served: 0 });
    expect(view.needs.items).toMatchObject([
      { standing: 'stuck', why: expect.stringMatching(/^Due \(it ends in 2 days\), but the schedule may not renew/) },
    ]);
  });
});
