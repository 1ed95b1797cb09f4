import { describe, expect, test } from 'vitest';
import type { Json } from '../../backend/src/domain/json.ts';
import {
  type CountName,
  type OverviewFilter,
  type RenewalDigest,
  type Seen,
  STATE_FILTERS,
  type Standing,
  type WatchDigest,
} from '../../backend/src/store/overview.ts';
import { aConnection, aRenewal, type Get } from './store-fixtures.ts';

const NOW = '2026-11-22T12:00:00.000Z';
const LOOKED = '2026-11-22T10:00:00.000Z';
const LATER = '2026-11-22T11:00:00.000Z';
const ENDED = '2026-11-21T00:00:00.000Z';
const SOON = '2026-11-24T00:00:00.000Z';
const [NEW, OLD] = ['aa', 'bb'];

/** Two endpoints, each with what it serves; null does not answer. */
function seen(first: string | null, second: string | null, { at = LOOKED, notAfter = SOON } = {}): Seen {
  const endpoints = [
    { name: 'node:443', sha256: first },
    { name: 'node:8443', sha256: second },
  ];
  return { at, notAfter, answered: endpoints.filter(({ sha256 }) => sha256 !== null).length, endpoints };
}

const SERVED = { served: true, wanted: NEW, seen: seen(NEW, NEW) } as const;

export function overviewPromises(store: Get): void {
  let renewals = 0;

  async function add(plugin = 'vos'): Promise<number> {
    const connection = aConnection();
    const { id } = await store().connections.insert({ ...connection, appliance: { ...connection.appliance, plugin } });
    return id;
  }

  /** `outcome` null: it stays unfinished. */
  async function renew(connectionId: number, outcome: string | null, digest: Partial<RenewalDigest> = {}) {
    const id = `renewal-${++renewals}`;
    await store().renewals.begin(aRenewal(id, connectionId));
    const facts = { digest: digest as Json };
    await store().renewals.save(id, outcome === null ? { facts } : { facts, outcome, finishedAt: NOW });
  }

  async function watch(connectionId: number, digest: Partial<WatchDigest>) {
    const memory = { digest: { lookedAt: LOOKED, ...digest } as Json };
    await store().watches.put({ connectionId, nextAt: NOW, endsAt: null, memory });
  }

  async function standingOf(connectionId: number): Promise<Standing | undefined> {
    return (await store().overview.get(connectionId, NOW))?.standing;
  }

  describe('says how a connection stands:', () => {
    test.each<[Standing, string, Partial<RenewalDigest>]>([
      ['served', 'verified', SERVED],
      ['ended', 'cancelled', {}],
      ['affected', 'failed', { oldStillServed: false }],
      ['failed', 'failed', { oldStillServed: true }],
      ['failed', 'rolled-back', { wanted: OLD, seen: seen(OLD, OLD) }],
      ['not-served', 'installed-not-served', { wanted: NEW, seen: seen(NEW, OLD) }],
    ])('%s, after a first renewal that ended %s', async (standing, outcome, digest) => {
      const id = await add();
      await renew(id, outcome, digest);

      expect(await standingOf(id)).toBe(standing);
    });

    test.each<[Standing, Partial<RenewalDigest>]>([
      ['running', { state: 'install.running' }],
      ['retrying', { state: 'publish.waiting' }],
      ['retrying', { state: 'propagate.waiting', planned: true }],
      ['retrying', { state: 'activate.waiting' }],
      ['restart-pending', { state: 'activate.waiting', planned: true }],
      ['restart-pending', { state: 'install.waiting', planned: true }],
      ['held', { state: 'publish.held' }],
    ])('%s, while its renewal is as in %j', async (standing, digest) => {
      const id = await add();
      await renew(id, null, digest);

      expect(await standingOf(id)).toBe(standing);
    });

    test.each(['cancelled', 'validated', 'issued', 'not-due'])(
      'served, though a later renewal ended %s and left everything as it was',
      async (outcome) => {
        const id = await add();
        await renew(id, 'verified', SERVED);
        await renew(id, outcome);

        expect(await store().overview.get(id, NOW)).toMatchObject({ standing: 'served', lastRenewal: { outcome } });
      },
    );

    test('not served, though a later renewal was cancelled, until the last look shows it everywhere', async () => {
      const id = await add();
      await renew(id, 'installed-not-served', { wanted: NEW, seen: seen(OLD, OLD) });
      await renew(id, 'cancelled');
      const before = await standingOf(id);

      await watch(id, { lookedAt: LATER, deviation: 'It serves another one', seen: seen(NEW, NEW, { at: LATER }) });

      expect([before, await standingOf(id)]).toEqual(['not-served', 'served']);
    });

    test('not served with the reason, while the schedule sees another certificate', async () => {
      const id = await add();
      await renew(id, 'verified', SERVED);
      await watch(id, { deviation: 'node:443 serves another one', seen: seen(OLD, NEW) });

      expect(await store().overview.get(id, NOW)).toMatchObject({
        standing: 'not-served',
        deviation: 'node:443 serves another one',
      });
    });

    test('kept, where nothing is served', async () => {
      const id = await add('download');
      await renew(id, 'kept', { served: true, wanted: NEW, seen: { ...SERVED.seen, answered: 0, endpoints: [] } });

      expect(await standingOf(id)).toBe('kept');
    });

    test('unreachable since when, and why', async () => {
      const id = await add();
      const unreachable = { since: LOOKED, told: true, message: 'node:8443 does not answer' };
      await renew(id, 'verified', SERVED);
      await watch(id, { unreachable, seen: seen(NEW, null) });

      expect(await store().overview.get(id, NOW)).toMatchObject({ standing: 'unreachable', unreachable });
    });

    test.each(['stuck', 'expiring'] as const)('%s, although everything serves what is wanted', async (asks) => {
      const id = await add();
      await renew(id, 'verified', SERVED);
      await watch(id, { asks });

      expect(await standingOf(id)).toBe(asks);
    });

    test('by what a renewal saw, and not by an older look', async () => {
      const id = await add();
      const silence = { since: LOOKED, told: true, message: 'node:443 does not answer' };
      await renew(id, 'verified', { ...SERVED, seen: seen(NEW, NEW, { at: LATER }) });

      await watch(id, {
        deviation: 'It serves another one',
        unreachable: silence,
        asks: 'stuck',
        seen: seen(OLD, null),
      });

      expect(await standingOf(id)).toBe('served');
    });

    test('expired, whatever is being done about it, and lists it by both', async () => {
      const id = await add();
      const notAfter = ENDED;
      await renew(id, null, { state: 'activate.waiting', planned: true, seen: seen(OLD, OLD, { notAfter }) });
      const by = async (state: OverviewFilter['state']) => await store().overview.ids({ now: NOW, state });

      const { standing, lastRenewal } = (await store().overview.get(id, NOW)) ?? {};

      expect([standing, lastRenewal?.state]).toEqual(['expired', 'activate.waiting']);
      expect([await by('expired'), await by('restart-pending'), await by('needs-person')]).toEqual([[id], [id], [id]]);
      expect(await store().overview.counts(NOW, null)).toMatchObject({ expired: 1, restartPending: 1, needsPerson: 1 });
    });

    test('expired and not served, once its time is over', async () => {
      const id = await add();
      await renew(id, 'verified', { ...SERVED, seen: seen(NEW, NEW, { notAfter: ENDED }) });

      expect(await standingOf(id)).toBe('expired');
      expect(await store().overview.counts(NOW, null)).toMatchObject({ expired: 1, served: 0 });
    });
  });

  test('gives what needs a person, the most urgent first, and nothing that does not', async () => {
    const served = await add();
    await renew(served, 'verified', SERVED);
    const needing: number[] = [];
    const asking = async (digest: Partial<WatchDigest>) => {
      const id = await add();
      await renew(id, 'verified', SERVED);
      await watch(id, digest);
      return id;
    };
    needing.push(await asking({ asks: 'expiring' }));
    const pending = await add();
    await renew(pending, null, { state: 'install.waiting', planned: true });
    needing.unshift(pending);
    needing.unshift(await asking({ unreachable: { since: LOOKED, told: true, message: 'no answer' } }));
    await asking({ unreachable: { since: LOOKED, told: false, message: 'no answer yet' } });
    needing.unshift(await asking({ asks: 'stuck' }));
    needing.unshift(await asking({ deviation: 'another', seen: seen(OLD, OLD) }));

    const query = { now: NOW, sort: 'state', descending: false, offset: 0, limit: 50 } as const;
    const { rows } = await store().overview.page({ ...query, state: 'needs-person' });

    expect(rows.map(({ connectionId }) => connectionId)).toEqual(needing);
  });

  test('counts as many in a state as the list of that state has', async () => {
    await renew(await add(), 'verified', SERVED);
    await renew(await add(), null, { state: 'install.held', seen: seen(OLD, OLD, { notAfter: ENDED }) });
    await renew(await add(), null, { state: 'publish.held' });
    await renew(await add(), 'failed', { oldStillServed: true, seen: seen(OLD, OLD) });
    await renew(await add(), 'installed-not-served', { wanted: NEW, seen: seen(OLD, OLD) });
    await watch(await add(), { unreachable: { since: LOOKED, told: false, message: 'no answer' } });

    const counts = await store().overview.counts(NOW, null);

    const lists = await Promise.all(
      STATE_FILTERS.filter((state) => nameOf(state) in counts).map(async (state) => {
        const { length } = await store().overview.ids({ now: NOW, state });
        return [nameOf(state), length] as const;
      }),
    );
    expect(Object.fromEntries(lists)).toEqual(
      Object.fromEntries(lists.map(([name]) => [name, counts[name as CountName]])),
    );
    expect(counts).toMatchObject({ total: 6, held: 2, restartPending: 1, notServed: 1, unreachable: 1, failed: 1 });
  });
}

/** `not-served` is counted as `notServed`. */
function nameOf(state: string): string {
  return state.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
