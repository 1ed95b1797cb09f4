import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aConnection, aRenewal } from '../../../test/contracts/store-fixtures.ts';
import { systemClock } from '../plugins/clock.ts';
import { type HttpRequest, type HttpResponse, TransportError } from '../plugins/http.ts';
import { emptyMemory, toRow, type WatchMemory } from '../reconcile/memory.ts';
import { initialState, MACHINE_VERSION } from '../renewal/machine.ts';
import { openStore } from '../store/kysely/open.ts';
import { newMasterKey } from '../store/master-key.ts';
import type { Store } from '../store/store.ts';
import { METRICS } from './catalogue.ts';
import { type EndpointReading, endpointLines } from './endpoint-lines.ts';
import { Operations } from './operations.ts';

const NOT_AFTER = '2027-02-20T00:00:00.000Z';
const log = { debug() {}, info() {}, warn() {}, error() {} };

let store: Store;
let operations: Operations;

beforeEach(async () => {
  store = await openStore({ file: ':memory:', masterKey: newMasterKey(), clock: systemClock });
  operations = new Operations({ store, clock: systemClock, log, keepDays: 400 });
  await operations.metrics.start();
});
afterEach(async () => {
  await operations[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

async function scrape(): Promise<string> {
  return (await operations.metrics.scrape()).text;
}

/** As the reconciler writes it. */
async function watched(connectionId: number, change: Partial<WatchMemory>, to: Store = store): Promise<void> {
  const memory = { ...emptyMemory(new Date()), lookedAt: '2026-11-22T12:00:00.000Z', ...change };
  await to.watches.put(toRow(connectionId, memory, new Date()));
}

function endpoint(name: string, sha256: string | null): WatchMemory['endpoints'][number] {
  return { name, sha256, answeredAt: null, silence: sha256 === null ? 'no answer' : null };
}

function certificate(sha256: string): WatchMemory['certificates'][number] {
  const texts = {
    serial: '01',
    subject: 'CN=a',
    issuer: 'CN=b',
    commonName: null,
    notBefore: NOT_AFTER,
    notAfter: NOT_AFTER,
  };
  return {
    sha256,
    ...texts,
    dnsNames: [],
    key: { kind: 'RSA 2048', spkiSha256: '' },
    extendedKeyUsage: [],
    selfSigned: false,
  };
}

describe('endpoints', () => {
  test('are told as they were last seen', async () => {
    const { id } = await store.connections.insert({ ...aConnection(), name: 'Say "hi"\\' });
    await watched(id, {
      endpoints: [endpoint('a:443', 'aa'), endpoint('b:443', 'bb'), endpoint('c:443', null)],
      certificates: [certificate('aa'), certificate('bb')],
      unreachable: { since: '2026-11-22T11:00:00.000Z', told: true, message: '' },
      expected: 'aa',
    });

    const text = await scrape();

    const labels = (name: string) => `{connection_id="${id}",connection="Say \\"hi\\"\\\\",endpoint="${name}:443"}`;
    const lines = text.split('\n');
    expect(lines).toContain(
      `certferry_endpoint_not_after_timestamp_seconds${labels('a')} ${Date.parse(NOT_AFTER) / 1_000}`,
    );
    expect(lines).toContain(`certferry_endpoint_served_as_wanted${labels('a')} 1`);
    expect(lines).toContain(`certferry_endpoint_served_as_wanted${labels('b')} 0`);
    expect(lines).toContain(
      `certferry_endpoint_unreachable_since_timestamp_seconds${labels('c')} ${Date.parse('2026-11-22T11:00:00Z') / 1_000}`,
    );
    expect(text).not.toContain(`certferry_endpoint_served_as_wanted${labels('c')}`);
    expect(text).not.toContain(`certferry_endpoint_unreachable_since_timestamp_seconds${labels('a')}`);
  });

  test('of a connection that is gone, or before anybody has looked, are not told', async () => {
    const { id } = await store.connections.insert(aConnection());
    await watched(id, {});
    await watched(id + 1, { endpoints: [endpoint('a:443', 'aa')] });

    expect(await scrape()).not.toContain('{connection_id=');
  });

  test('of 10,000 connections are written in a moment', () => {
    const readings = Array.from({ length: 40_000 }, (_, index): EndpointReading => {
      const name = `cucm-${index}.example.com:8443`;
      return {
        connectionId: index,
        connection: name,
        endpoint: name,
        notAfter: 1,
        asWanted: true,
        unreachableSince: null,
        seenAt: 1,
      };
    });

    // Of the processor: how long it takes by the clock depends on what else the machine does.
    const began = process.cpuUsage();
    const text = endpointLines(readings);

    expect(text.split('\n').length).toBeGreaterThan(120_000);
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1_000).toBeLessThan(1_500);
  });
});

test('10,000 connections are scraped in a moment', async () => {
  await store.transaction(async (tx) => {
    for (let index = 0; index < 10_000; index += 1) {
      const { id } = await tx.connections.insert({ ...aConnection(), name: `Call manager ${index}` });
      const endpoints = [endpoint('a:443', 'aa'), endpoint('b:443', 'bb')];
      await watched(id, { endpoints, certificates: [certificate('aa'), certificate('bb')], expected: 'aa' }, tx);
    }
  });
  await scrape();

  const began = performance.now();
  const text = await scrape();

  expect(text).toContain('connection="Call manager 9999",endpoint="b:443"');
  expect(performance.now() - began).toBeLessThan(2_000);
});

test('renewals and steps are counted by what the event log says', async () => {
  const failure = { code: 'DNS_REFUSED', message: '' } as const;
  await store.events.append([
    { type: 'step.finished', renewalId: 'r', step: 'verify', tookMs: 700, summary: '' },
    { type: 'step.failed', renewalId: 'r', step: 'publish', failure, retryAt: null },
    { type: 'renewal.finished', renewalId: 'r', connectionId: 1, outcome: 'failed', message: '', oldStillServed: null },
  ]);

  await expect.poll(scrape).toContain('certferry_renewals_total{outcome="failed"} 1');
  const text = await scrape();
  expect(text).toContain('certferry_renewals_total{outcome="verified"} 0');
  expect(text).toContain('certferry_step_seconds_bucket{le="0.5",step="verify"} 0');
  expect(text).toContain('certferry_step_seconds_bucket{le="1",step="verify"} 1');
  expect(text).toContain('certferry_step_failures_total{step="publish",code="DNS_REFUSED"} 1');
});

test('what runs, waits or is late is read when somebody asks', async () => {
  const { id } = await store.connections.insert(aConnection());
  const state = initialState() as never;
  await store.renewals.begin({ ...aRenewal('r1', id), state, machineVersion: MACHINE_VERSION });
  const unknown = await scrape();
  await operations.backups.succeeded({ name: 'n', at: '2026-11-22T12:00:00.000Z', bytes: 12 });
  operations.pulse.beat();

  const text = await scrape();
  await store.renewals.save('r1', { finishedAt: '2026-11-22T12:00:00.000Z', outcome: 'failed' });
  const after = await scrape();

  expect(unknown).not.toMatch(/^certferry_(backup_|scheduler_lag|notice_backlog)\w+ /m);
  expect(text).toContain('certferry_renewals_unfinished{phase="running"} 1');
  expect(text).toContain(`certferry_connection_unfinished_renewal{connection_id="${id}",phase="running"} 1`);
  expect(after).toContain('certferry_renewals_unfinished{phase="running"} 0');
  expect(after).not.toContain('certferry_connection_unfinished_renewal{');
  expect(text).toContain('certferry_connections{automatic="true"} 1');
  expect(text).toContain('certferry_scheduler_lag_seconds 0');
  expect(text).toContain('certferry_backup_last_result 1');
  expect(text).toContain('certferry_backup_size_bytes 12');
  expect(text).toContain('process_resident_memory_bytes');
});

test('a failed backup keeps the time of the last that was made', async () => {
  await operations.backups.succeeded({ name: 'n', at: '2026-11-22T12:00:00.000Z', bytes: 12 });
  await operations.backups.failed({ message: 'disk full' } as never);

  const text = await scrape();

  expect(text).toContain('certferry_backup_last_result 0');
  expect(text).toContain(
    `certferry_backup_last_success_timestamp_seconds ${Date.parse('2026-11-22T12:00:00Z') / 1_000}`,
  );
});

test('requests to a CA are told by what they ask, and answers by what they are', async () => {
  const ca = 'https://ca.example.com';
  const directory = { newNonce: `${ca}/n`, newAccount: `${ca}/a`, newOrder: `${ca}/o`, renewalInfo: `${ca}/ari` };
  const answers: Record<string, HttpResponse | TransportError> = {
    [`${ca}/dir`]: { status: 200, headers: {}, body: JSON.stringify(directory) },
    [`${ca}/o`]: { status: 429, headers: {}, body: '{"type":"urn:ietf:params:acme:error:rateLimited"}' },
    [`${ca}/ari/x.y`]: { status: 503, headers: {}, body: 'busy' },
    [`${ca}/order/1`]: { status: 400, headers: {}, body: '{"type":"urn:ietf:params:acme:error:madeUp"}' },
    [`${ca}/n`]: new TransportError('timeout', 'no answer', false),
  };
  const client = operations.metrics.heardAtCas(() => ({
    async request({ url }: HttpRequest) {
      const answer = answers[url];
      if (!answer || answer instanceof TransportError) throw answer;
      return answer;
    },
    async [Symbol.asyncDispose]() {},
  }))({ trust: { mode: 'public' } });
  for (const url of Object.keys(answers)) {
    await client.request({ method: 'GET', url }, new AbortController().signal).catch(() => {});
  }

  const text = await scrape();

  const counted = [...text.matchAll(/^certferry_ca_\w+\{ca="ca.example.com",(\w+="[\w-]+")\} 1$/gm)].map(
    ([, label]) => label,
  );
  expect(counted).toEqual([
    'kind="directory"',
    'kind="newOrder"',
    'kind="renewalInfo"',
    'kind="resource"',
    'kind="newNonce"',
    'answer="ok"',
    'answer="rateLimited"',
    'answer="http-503"',
    'answer="other"',
    'answer="unreachable"',
  ]);
});

describe('the catalogue', () => {
  test('is what a scrape declares, each with a help text', async () => {
    const text = await scrape();

    const declared = [...text.matchAll(/^# HELP (certferry_\w+) (.+)$/gm)].map(([, name]) => name);
    expect(declared.sort()).toEqual(Object.keys(METRICS).sort());
  });

  test('has every metric that the dashboard and the alert rules name, and is used by them whole', async () => {
    const text = await scrape();
    const known = new Set([...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name));
    const folder = join(import.meta.dirname, '../../../docs/monitoring');
    const files = readdirSync(folder).filter((name) => /^[^.]+\.(json|ya?ml)$/.test(name));
    const named = files.flatMap(
      (name) => readFileSync(join(folder, name), 'utf8').match(/\b(?:certferry|process|nodejs)_\w+/g) ?? [],
    );

    const bare = new Set(named.map((name) => (known.has(name) ? name : name.replace(/_(?:bucket|sum|count)$/, ''))));

    expect(files.sort()).toEqual(['alerts.yml', 'grafana-dashboard.json']);
    expect([...bare].filter((name) => !known.has(name))).toEqual([]);
    expect(Object.keys(METRICS).filter((name) => !bare.has(name))).toEqual([]);
  });
});
