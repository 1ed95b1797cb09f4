import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, createApp } from '../../backend/src/app.ts';
import { readConfig } from '../../backend/src/config/config.ts';
import { readSecrets } from '../../backend/src/config/secrets.ts';
import type { Finding } from '../../backend/src/domain/finding.ts';
import type { Listening } from '../../backend/src/server.ts';
import type { Store } from '../../backend/src/store/store.ts';
import { certferry } from '../support/command.ts';
import { type Ended, Journey } from '../support/journey.ts';
import { expectNoSecrets, expectNothingOfTheSite } from '../support/leaks.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { pathOf } from '../support/programs.ts';
import { scratchFolder } from '../support/scratch.ts';

let journey: Journey;
let server: Listening;
let renewal: Ended;

beforeAll(async () => {
  journey = await Journey.start({
    overrides: { schedule: true },
    // Looked at by the schedule, and renewed by the test.
    connection: (input) => ({ ...input, policy: { ...input.policy, automatic: false } }),
  });
  server = await journey.listen();
  renewal = await journey.renew();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await journey[Symbol.asyncDispose]();
});

const authorization = () => `Bearer ${journey.secrets.accessToken.reveal()}`;

function ask(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.url}${path}`, { headers });
}

function lines(): readonly Record<string, unknown>[] {
  return journey.logLines.map((line): Record<string, unknown> => JSON.parse(line));
}

describe('metrics', () => {
  it('want a login', async () => {
    expect((await ask('/metrics')).status).toBe(401);
    expect((await ask('/metrics', { authorization: 'Bearer wrong' })).status).toBe(401);
  });

  it('tell what a renewal did, what is served, and what the CA was asked', async () => {
    const scrape = async () => ask('/metrics', { authorization: authorization() });
    await expect.poll(async () => (await scrape()).text()).toMatch(/certferry_endpoint_served_as_wanted\{.*\} 1/);
    const answer = await scrape();
    const text = await answer.text();

    const [served] = renewal.facts.served ?? [];
    const labels = `connection_id="${journey.connection.id}",connection="${journey.connection.name}"`;
    expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(text).toContain('certferry_renewals_total{outcome="verified"} 1');
    expect(text).toMatch(/certferry_step_seconds_count\{step="install"\} 1/);
    expect(text).toMatch(/certferry_ca_requests_total\{ca="127.0.0.1:\d+",kind="newOrder"\} 1/);
    expect(text).toMatch(/certferry_ca_answers_total\{ca="127.0.0.1:\d+",answer="ok"\} \d+/);
    expect(text).toContain(`certferry_endpoint_not_after_timestamp_seconds{${labels}`);
    expect(text).toContain(`${Date.parse(served?.notAfter ?? '') / 1_000}`);
    expect(text).toMatch(/certferry_endpoint_served_as_wanted\{.*\} 1/);
    expect(text).not.toMatch(/certferry_endpoint_served_as_wanted\{.*\} 0/);
    expect(text).toMatch(/certferry_build_info\{version="\d+\.\d+\.\d+",node="v\d+/);
  });
});

describe('health', () => {
  it('is told to anybody, and is good', async () => {
    const [alive, ready] = [await ask('/healthz'), await ask('/readyz')];

    expect([alive.status, ready.status]).toEqual([200, 200]);
    expect(await ready.json()).toMatchObject({
      status: 'ok',
      checks: [{ name: 'database' }, { name: 'migrations' }, { name: 'vault', detail: 'opens' }, { name: 'schedule' }],
    });
  });
});

describe('a schedule', () => {
  /** An installation of its own, whose schedule asks what is due and gets this. */
  async function withDue(due: () => Promise<never>, look: (app: App, clock: ManualClock) => Promise<void>) {
    const folder = await scratchFolder('certferry-still-');
    const config = readConfig({
      CERTFERRY_DATA_DIR: join(folder, 'data'),
      CERTFERRY_ACCOUNTS_DIR: join(folder, 'accounts'),
      CERTFERRY_HTTPS: 'off',
      CERTFERRY_BACKUP_AT: 'never',
    });
    const clock = new ManualClock();
    const wrapStore = (store: Store) => ({ ...store, watches: Object.assign(store.watches, { due }) });
    const log = pino({ level: 'silent' });
    const app = await createApp(config, await readSecrets({}, config), { log, clock, wrapStore });
    try {
      await app.start();
      await look(app, clock);
    } finally {
      await app[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    }
  }

  async function expectStill({ operations }: App, clock: ManualClock): Promise<void> {
    expect((await operations.readiness()).at(-1)).toMatchObject({ name: 'schedule', ok: true });
    clock.advance(12 * 60_000);

    expect((await operations.readiness()).at(-1)).toMatchObject({ ok: false, detail: 'stands still' });
    expect((await operations.metrics.scrape()).text).toContain('\ncertferry_scheduler_lag_seconds 660\n');
  }

  it('that hangs within a round is not ready, and is late', async () => {
    let asked = 0;
    const over = new AbortController();
    const ended = new Promise<never>((_, reject) => {
      over.signal.addEventListener('abort', () => reject(over.signal.reason));
    });
    const hang = () => {
      asked += 1;
      return ended;
    };

    await withDue(hang, async (app, clock) => {
      await expect.poll(() => asked).toBe(1);
      await expectStill(app, clock);
      over.abort();
    });
  });

  it('that fails in each round is not ready, and is late', async () => {
    let rounds = 0;
    const fail = async (): Promise<never> => {
      rounds += 1;
      throw new Error('database disk image is malformed');
    };

    await withDue(fail, async (app, clock) => {
      await expect.poll(() => rounds).toBeGreaterThan(0);
      await expectStill(app, clock);
    });
  });
});

describe('the log', () => {
  it('has the id of the renewal in every line that a renewal writes', () => {
    const began = lines().findIndex(({ renewalId }) => renewalId === renewal.id);
    const located = lines().filter(({ msg }) => msg === 'Challenge record located');

    expect(began).toBeGreaterThan(-1);
    expect(located.length).toBeGreaterThan(0);
    expect(located.every(({ renewalId }) => renewalId === renewal.id)).toBe(true);
  });

  it('has a line for each request, under the id that the client or a proxy gave it', async () => {
    const given = await ask('/healthz?token=not-to-be-logged', { 'x-request-id': 'from-the-proxy-1' });
    const made = await ask('/healthz', { 'x-request-id': 'no good\tid' });

    expect(given.headers.get('x-request-id')).toBe('from-the-proxy-1');
    expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    await expect
      .poll(() => lines().find(({ requestId }) => requestId === 'from-the-proxy-1'))
      .toMatchObject({ msg: 'request answered', method: 'GET', path: '/healthz', status: 200 });
    expect(journey.logLines.join('')).not.toContain('not-to-be-logged');
  });
});

describe('doctor', () => {
  const environment = () => ({
    ...journey.folders(),
    ...journey.environment(server.url),
    CERTFERRY_HTTPS: 'off',
    CERTFERRY_RESOLVERS: journey.lab.dns.resolver,
    CERTFERRY_NAME_SERVERS: Object.entries(journey.lab.dns.nameServers)
      .map((entry) => entry.join('='))
      .join(','),
  });

  it('finds nothing to mend beside the running daemon', async () => {
    const { status, output } = await certferry(environment(), 'doctor', '--json');

    const findings: readonly Finding[] = JSON.parse(output);
    const blocks = findings.filter(({ outcome }) => outcome === 'block');
    expect({ status, blocks }).toEqual({ status: 0, blocks: [] });
    const ids = findings.map(({ id }) => id.replace(/[\d.]+.*/, ''));
    expect(ids).toEqual(expect.arrayContaining(['daemon', 'ca', 'endpoint', 'dns']));
    expect(findings.find(({ id }) => id.endsWith('issuer.clock'))).toMatchObject({ outcome: 'ok' });
    expect(findings.find(({ id }) => id.startsWith('dns.service'))).toMatchObject({ outcome: 'ok' });
  });

  it('writes a bundle that tells nothing secret, and nothing of the site', async () => {
    const folder = await mkdtemp(join(journey.folder, 'bundle-'));
    const file = join(folder, 'bundle.tar.gz');

    await certferry(environment(), 'doctor', '--bundle', file);
    execFileSync(pathOf('tar') ?? 'tar', ['-xzf', file, '-C', folder]);
    const names = (await readdir(folder)).filter((name) => name !== 'bundle.tar.gz').sort();
    const texts = await Promise.all(
      names.map(async (name) => ({ where: name, content: await readFile(join(folder, name), 'utf8') })),
    );
    const { mode } = await stat(file);
    await rm(folder, { recursive: true });

    const { lab, secrets } = journey;
    expect(mode & 0o777).toBe(0o600);
    expect(names.filter((name) => !name.startsWith('recording-'))).toEqual([
      'about.json',
      'connections.json',
      'events.jsonl',
      'findings.json',
      'renewals.json',
      'settings.json',
    ]);
    expect(texts.find(({ where }) => where === 'events.jsonl')?.content).toContain('"renewal.finished"');
    expectNoSecrets(texts, {
      password: lab.password,
      'TSIG key': lab.dns.tsig.secret,
      'access token': secrets.accessToken.reveal(),
      'master key': secrets.masterKey.reveal(),
    });
    expectNothingOfTheSite(texts);
    expect(texts.map(({ content }) => content).join('')).not.toContain(journey.connection.name);
  });
});
