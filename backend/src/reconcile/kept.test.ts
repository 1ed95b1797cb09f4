import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../store/store.ts';
import type { Eyes } from './eyes.ts';
import { type Course, DAY_MS, HOUR_MS, World } from './testing/world.ts';

/** Connections that serve nothing: what is kept is judged in place of what is served. */

const KEPT: Course = { outcome: 'kept' };
const NOT_PLACED = { code: 'CHALLENGE_NOT_PLACED', message: 'Nobody said so.' } as const;

let world: World;

beforeEach(() => {
  world = new World();
  world.course = () => KEPT;
  world.restart({ eyes: keptEyes(world) });
});

describe('a certificate that is kept', () => {
  it('is issued at first, and not looked for anywhere', async () => {
    const connection = await world.add();

    await world.pass(HOUR_MS);

    expect(await world.certificates(connection.id)).toBe(1);
    expect((await world.explain(connection)).state).toBe('fresh');
    expect(await world.news()).toEqual([]);
  });

  it('is renewed when a third of its life is left, and put to use by no other renewal', async () => {
    const connection = await issued();

    await world.pass(65 * DAY_MS);

    expect(world.starts.map(({ goal, deploys }) => [goal, deploys])).toEqual([['serve', null]]);
    expect(await world.certificates(connection.id)).toBe(2);
  });

  it('is due at once when it was revoked, and the next one is not', async () => {
    const connection = await issued();
    world.store.issuances.revoke(connection.id);
    await world.tell({
      ...{ type: 'certificate.revoked', connectionId: connection.id, sha256: 'a'.repeat(64), serial: '01' },
      ...{ reason: 'keyCompromise', actor: 'anna' },
    });

    await world.pass(HOUR_MS);

    expect(await world.certificates(connection.id)).toBe(2);
    await world.pass(DAY_MS);
    expect(await world.certificates(connection.id)).toBe(2);
  });

  it('is due when its key is gone', async () => {
    const connection = await issued();
    world.served.delete(connection.id);

    await world.pass(2 * DAY_MS);

    expect(world.starts).toHaveLength(1);
    expect((await world.memory(connection.id)).deviates).toBe(false);
  });

  it('is told of before it ends, by what it is', async () => {
    const connection = await issued();
    world.course = () => ({ outcome: 'failed', failure: { code: 'ISSUER_REFUSED', message: 'No.' }, step: 'order' });

    await world.pass(85 * DAY_MS);

    const told = (await world.news()).flatMap((event) => (event.type === 'watch.expiring' ? [event.message] : []));
    expect(told.at(-1)).toBe('What is kept for download ends within 7 days');
    expect((await world.memory(connection.id)).unreachable).toBeNull();
  });
});

describe('a challenge that nobody placed', () => {
  beforeEach(() => {
    world.course = () => ({ outcome: 'failed', failure: NOT_PLACED, step: 'publish' });
  });

  it('is not ordered again for a first certificate, until somebody asks', async () => {
    const connection = await world.add();

    await world.pass(60 * DAY_MS);

    expect(world.starts).toHaveLength(1);
    const { state, sentence } = await world.explain(connection);
    expect(state).toBe('unanswered');
    expect(sentence).toContain('does not ask again, until a person starts it');
  });

  it('is ordered again each day when there is a certificate to lose', async () => {
    const connection = await issued();

    await world.pass(66 * DAY_MS);

    expect(world.starts.length).toBeGreaterThan(2);
    expect((await world.explain(connection)).state).toBe('backing-off');
  });
});

async function issued(): Promise<Connection> {
  const connection = await world.add();
  await world.renew(connection.id, KEPT);
  return connection;
}

function keptEyes(of: World): Eyes {
  return {
    open: async ({ id }) => ({
      second: null,
      takesFallback: false,
      issuer: { key: of.issuerKey, profile: of.profile, hasTestDirectory: false },
      look: async () => {
        const held = of.served.get(id);
        const certificate = typeof held === 'object' ? held : null;
        const sha256 = certificate?.sha256 ?? null;
        return [{ name: 'kept for download', kept: true, sha256, certificate, silence: null }];
      },
      renewalWindow: async () => null,
      [Symbol.asyncDispose]: async () => {},
    }),
  };
}
