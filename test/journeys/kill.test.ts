import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ExchangePhase, LAB_NODE } from '@certferry/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, bundle } from '../support/bundle.ts';
import type { Doom } from '../support/doomed-daemon.ts';
import { serveFolder } from '../support/http-solver.ts';
import { Journey } from '../support/journey.ts';
import { namingStore } from '../support/naming-store.ts';
import { scratchFolder } from '../support/scratch.ts';

/** Every commit of a renewal, in order. The last test proves that none is missing. */
const COMMITS = [
  'renewal.started',
  'step.finished inspect',
  'keep csrAskedAt 1',
  'step.finished request',
  'keep compatibility 1',
  'keep order 1',
  'step.finished order',
  'keep records 1',
  'keep records 2',
  'step.finished publish',
  'keep propagateBy 1',
  'keep propagation+propagationWait 1',
  'step.finished propagate',
  'keep chain 1',
  'step.finished issue',
  'keep cleaned 1',
  'step.finished cleanUp',
  'keep trustAdded 1',
  'renewal.committed',
  'step.finished install',
  'keep activation 1',
  'keep activation 2',
  'keep activation 3',
  'step.finished activate',
  'keep verifyBy 1',
  'keep served 1',
] as const;

/** Every effect on the outside world. The second `dns.update` is the removal. */
const EFFECTS = [
  ['vos.csr.create', 1],
  ['ca.newAccount', 1],
  ['ca.newOrder', 1],
  ['dns.update', 1],
  ['ca.challenge', 1],
  ['ca.finalize', 1],
  ['ca.certificate', 1],
  ['dns.update', 2],
  ['vos.trust.upload', 1],
  ['vos.identity.upload', 1],
  ['vos.restart', 1],
] as const;

let program: Bundle;

beforeAll(async () => {
  program = await bundle('test/support/doomed-daemon.ts');
});

afterAll(() => program[Symbol.asyncDispose]());

describe('a daemon killed after a commit', { timeout: 120_000 }, () => {
  it.concurrent.each(COMMITS)('"%s" leaves a renewal that is resumed to its end', async (commit) => {
    await using journey = await Journey.start();
    const daemon = await spawnDaemon(journey, commit);
    await exitOf(daemon);

    await expectResumed(journey);
  });
});

describe('a daemon killed in the middle of an effect', { timeout: 120_000 }, () => {
  const cases = EFFECTS.flatMap(([name, nth]) =>
    (['received', 'done'] as const).map((phase) => ({ name, nth, phase })),
  );

  it.concurrent.each(cases)(
    '$name ($nth) when it was $phase leaves a renewal that is resumed to its end',
    async (effect) => {
      await using journey = await Journey.start();
      const daemon = await spawnDaemon(journey, null);
      killAt(journey, daemon, effect);
      await exitOf(daemon);

      await expectResumed(journey);
    },
  );
});

describe('a daemon killed while a name is proved over HTTP', { timeout: 120_000 }, () => {
  // The first is stored before the file is there, the second after.
  it.concurrent.each(['keep tokens 1', 'keep tokens 2'] as const)(
    'after "%s" leaves a renewal that is resumed to its end, and no file',
    async (commit) => {
      const folder = await scratchFolder('certferry-killed-');
      await using web = await serveFolder(folder);
      const http = { plugin: 'webroot', settings: { folder } };
      await using journey = await Journey.start({
        lab: { httpPort: web.port },
        config: { http01: { port: null, host: null, validationPort: web.port } },
        connection: (input) => ({ ...input, challenge: 'http-01', http }),
      });
      journey.lab.dns.add({ name: LAB_NODE, type: 'A', data: '127.0.0.1' });
      await exitOf(await spawnDaemon(journey, commit, web.port));

      await expectResumed(journey);

      expect(await readdir(join(folder, '.well-known/acme-challenge'))).toEqual([]);
      await rm(folder, { recursive: true });
    },
  );
});

it('the list of commits is complete', async () => {
  const seen = new Set<string>();
  await using journey = await Journey.start({
    overrides: { wrapStore: (store) => namingStore(store, (label) => seen.add(label)) },
  });

  await journey.renew();

  // The rounds of a wait differ from run to run.
  const once = [...seen].filter(
    (label) =>
      !/^(keep (propagation\+propagationWait|served|activation) \d+|step.started|connection|step.noted|renewal.finished|step.finished verify)/.test(
        label,
      ),
  );
  expect(COMMITS).toEqual(expect.arrayContaining(once));
});

async function expectResumed(journey: Journey): Promise<void> {
  const [row] = await journey.takeOver();

  const { finished } = await journey.ended(row ?? 'none');

  expect(finished).toMatchObject({ outcome: 'verified' });
  expect(journey.effects()).toEqual({ issued: 1, restarts: 1, records: [] });
}

async function spawnDaemon(journey: Journey, dieAfter: string | null, httpPort = 80): Promise<ChildProcess> {
  await journey.release();
  const { lab, folder, connection } = journey;
  const doom: Doom = {
    folder,
    resolvers: [lab.dns.resolver],
    nameServers: lab.dns.nameServers,
    connectionId: connection.id,
    httpPort,
    dieAfter,
  };
  const daemon = spawn(process.execPath, [program.path, JSON.stringify(doom)], { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [daemon.stdout, daemon.stderr])
    stream?.on('data', (chunk) => journey.logLines.push(String(chunk)));
  return daemon;
}

interface Effect {
  readonly name: string;
  readonly nth: number;
  readonly phase: ExchangePhase;
}

function killAt(journey: Journey, daemon: ChildProcess, { name, nth, phase }: Effect): void {
  let seen = 0;
  journey.lab.exchanges.listen(async (reached, reachedPhase) => {
    if (reached !== name || reachedPhase !== phase || ++seen !== nth || daemon.exitCode !== null) return;
    const exit = once(daemon, 'exit');
    daemon.kill('SIGKILL');
    await exit;
  });
}

/** @throws Error with what it printed when it was not killed. */
async function exitOf(daemon: ChildProcess): Promise<void> {
  const output: string[] = [];
  daemon.stderr?.on('data', (chunk) => output.push(String(chunk)));
  if (daemon.signalCode === null && daemon.exitCode === null) await once(daemon, 'exit');
  if (daemon.signalCode !== 'SIGKILL') throw new Error(`The daemon was not killed: ${output.join('')}`);
}
