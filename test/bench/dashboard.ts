import { performance } from 'node:perf_hooks';
import { Daemon } from '../support/daemon.ts';
import { fillStore } from '../support/fill.ts';

/**
 * What the daemon needs for the answers of its first pages with 10,000 connections, beside a request that asks for nothing.
 * `npm run bench:dashboard`
 */
const CONNECTIONS = 10_000;
const ROUNDS = 50;
/** Not counted: the first ones compile and fill caches. */
const WARM_UP = 5;

const REQUESTS: readonly (readonly [title: string, path: string])[] = [
  ['nothing (/words)', '/words'],
  ['dashboard', '/dashboard'],
  ['connections, by state', '/connections?sort=state'],
  ['connections, last page by name', '/connections?sort=name&page=200'],
  ['connections, searched', '/connections?search=node-0420&sort=days'],
  ['connections, ids of all', '/connections/ids'],
  ['certificates', '/certificates'],
  ['activity', '/activity'],
];

async function main(): Promise<void> {
  await using daemon = await Daemon.start();
  const began = performance.now();
  await fillStore(daemon.app.store, CONNECTIONS);
  print(`${CONNECTIONS} connections stored in ${Math.round(performance.now() - began)} ms\n`);
  const medians = new Map<string, number>();
  for (const [title, path] of REQUESTS) medians.set(title, await median(daemon, path));
  const [trivial = 1] = medians.values();
  print(`${'request'.padEnd(34)}${'median'.padStart(10)}${'ratio'.padStart(10)}`);
  for (const [title, ms] of medians)
    print(`${title.padEnd(34)}${`${ms.toFixed(1)} ms`.padStart(10)}${(ms / trivial).toFixed(1).padStart(10)}`);
}

async function median(daemon: Daemon, path: string): Promise<number> {
  const samples: number[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const began = performance.now();
    const answer = await daemon.call('GET', path, daemon.local);
    await answer.text();
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
    if (round >= 0) samples.push(performance.now() - began);
  }
  return samples.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main();
