import { expect, test } from 'vitest';
import type { ActivationAction, ApplianceDriver } from '../../appliances/driver.ts';
import { readCertificate } from '../../domain/certificate.ts';
import { makeCertificate } from '../../plugins/testing/certificates.ts';
import type { Opening } from '../../windows/openings.ts';
import type { Facts } from '../facts.ts';
import type { StepContext } from '../step.ts';
import { activate } from './activate.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-11-28T02:00:00Z');
const NODES = ['pub', 'sub1', 'sub2', 'sub3'];
const NEXT = { start: new Date(START + 24 * 60 * MINUTE), end: new Date(START + 24 * 60 * MINUTE + 12 * MINUTE) };

/** Four nodes that take five minutes each, a window of twelve minutes, and a clock that moves while something restarts. */
async function stage() {
  const { certPem: leafPem } = await makeCertificate({ commonName: 'cucm.example.test' });
  const { sha256 } = readCertificate(leafPem);
  const openings: readonly Opening[] = [{ start: new Date(START), end: new Date(START + 12 * MINUTE) }, NEXT];
  const world = { now: START, restarted: [] as string[], kept: {} as Partial<Facts>, failsAt: '' };
  const next = async (_id: number, from: Date) => {
    const opening = openings.find(({ end }) => end > from);
    return opening ? { ...opening, start: opening.start > from ? opening.start : from } : null;
  };
  const actions = NODES.map((node): ActivationAction => action(node));
  const appliance = {
    endpoints: async () => actions.flatMap(({ endpoints }) => endpoints),
    activation: {
      group: 'cluster',
      pauseMs: 0,
      beginsWithinMs: 1_000,
      patienceMs: 60_000,
      plan: async () => actions,
      status: async () => 'done' as const,
      start: async ({ node }: ActivationAction) => {
        world.restarted.push(node);
        world.now += 5 * MINUTE;
        return 'done' as const;
      },
    },
  } as unknown as ApplianceDriver;
  const ctx = {
    appliance,
    clock: { now: () => new Date(world.now), sleepUntil: async () => {} },
    signal: new AbortController().signal,
    released: false,
    early: false,
    windows: {
      next,
      look: async (calendarId: number, at: Date) => {
        const opening = await next(calendarId, at);
        const open = opening !== null && opening.start <= at;
        return { calendarId, name: 'Nights', zone: 'UTC', open, opening, words: open ? 'is open' : 'opens tomorrow' };
      },
    },
    dialer: {
      served: async ({ host }: { host: string }) => ({
        sha256: world.restarted.includes(host) ? sha256 : 'old',
        leafPem,
      }),
    },
    turn: async () => ({ [Symbol.asyncDispose]: async () => {} }),
    keep: async (part: Partial<Facts>) => {
      world.kept = { ...world.kept, ...part };
    },
    note: async () => {},
  } as unknown as StepContext<'permission' | 'activation'>;
  const target = {
    slot: 'tomcat',
    activation: 'automatic',
    restartCalendar: 1,
    emergency: null,
    verifyPatienceSeconds: null,
  };
  const given = { target, chain: { leafPem, intermediatesPem: [], rootPem: null } } as unknown as Parameters<
    typeof activate.run
  >[0];
  const run = (change: Partial<typeof ctx> = {}) => activate.run({ ...given, ...world.kept }, { ...ctx, ...change });
  return { world, run };
}

function action(node: string): ActivationAction {
  const endpoints = [{ host: node, port: 443, serverName: node }];
  return {
    id: `${node}/Cisco Tomcat`,
    node,
    service: 'Cisco Tomcat',
    impact: 'no web',
    endpoints,
    expectedSeconds: 300,
  };
}

test('restarts the nodes that fit into the window, and the others when it opens again', async () => {
  const { world, run } = await stage();

  const first = await run();
  const before = [...world.restarted];
  world.now = NEXT.start.getTime();
  const second = await run();

  expect(first).toMatchObject({
    kind: 'wait',
    until: NEXT.start,
    why: expect.stringContaining('too short for the next node'),
  });
  expect(before).toEqual(['pub', 'sub1']);
  expect(second).toMatchObject({ kind: 'done', summary: '4 restarts on 4 nodes' });
  expect(world.restarted).toEqual(NODES);
});

test('finishes a node that was begun, although the window has closed', async () => {
  const { world, run } = await stage();
  world.kept = {
    activation: [
      { action: action('pub'), startedAt: new Date(START).toISOString(), accepted: true, done: false, doneAt: null },
    ],
  };
  world.restarted.push('pub');
  world.now = START + 20 * MINUTE;

  const outcome = await run();

  expect(outcome).toMatchObject({ kind: 'wait', until: NEXT.start });
  expect(world.kept.activation).toMatchObject([{ action: { node: 'pub' }, done: true }]);
  expect(world.restarted).toEqual(['pub']);
});

test('restarts all nodes outside of the window once a person went early', async () => {
  const { world, run } = await stage();
  world.now = START + 20 * MINUTE;

  const outcome = await run({ early: true });

  expect(outcome).toMatchObject({ kind: 'done' });
  expect(world.restarted).toEqual(NODES);
});
