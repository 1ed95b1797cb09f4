import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Pebble, startPebble } from '../support/pebble.ts';
import { missing } from '../support/programs.ts';
import { makeCsr } from '../support/x509.ts';
import { type Measured, MeteredIssuer, type Target } from './certferry.ts';
import { otherClients, run } from './programs.ts';

/**
 * One dns-01 issuance of a given CSR with an account that exists, by certferry's issuer and by other ACME clients, against
 * the same Pebble, in turns. `npm run bench`
 */
const ROUNDS = 5;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COLD = join(ROOT, 'node_modules/.cache/certferry-bench/test/bench/cold.js');

interface Contender {
  readonly title: string;
  issue(name: string, csrFile: string, csrPem: string): Promise<Partial<Measured> | undefined>;
}

interface Sample {
  readonly wallMs: number;
  readonly requests: number;
  readonly ownMs: number | null;
}

async function main(): Promise<void> {
  const absent = missing('pebble', 'pebble-challtestsrv');
  if (absent) return print(`The benchmark ${absent}`);
  const folder = await mkdtemp(join(tmpdir(), 'certferry-bench-'));
  await using pebble = await startPebble({ strict: false });
  try {
    await run(process.execPath, [join(ROOT, 'node_modules/.bin/tsc'), '-p', join(ROOT, 'test/bench')]);
    const contenders = [...(await certferry(pebble, folder)), ...(await others(pebble, folder))];
    print(tableOf(await measure(contenders, pebble, folder)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function certferry(pebble: Pebble, folder: string): Promise<readonly Contender[]> {
  const { directoryUrl, tlsCaPem, challengeServerUrl } = pebble;
  const target: Target = { directoryUrl, tlsCaPem, challengeServerUrl, folder: join(folder, 'accounts') };
  const targetFile = join(folder, 'target.json');
  await writeFile(targetFile, JSON.stringify(target));
  const running = new MeteredIssuer(target);
  return [
    { title: 'certferry, in a running process', issue: (name, _, csrPem) => running.issue(name, csrPem) },
    {
      title: 'certferry, new process',
      // The wall time is taken outside, as for the others.
      issue: async (name, csrFile) => {
        const { ownMs } = JSON.parse(await run(process.execPath, [COLD, targetFile, name, csrFile]));
        return { ownMs };
      },
    },
  ];
}

async function others(pebble: Pebble, folder: string): Promise<readonly Contender[]> {
  const contenders: Contender[] = [];
  for (const client of await otherClients(pebble, join(folder, 'others'))) {
    const absent = missing(client.program, 'curl');
    if (absent) {
      print(`${client.program} is left out: it ${absent}`);
      continue;
    }
    contenders.push({
      title: client.program,
      issue: async (name, csrFile) => {
        await client.issue(csrFile, name);
        return undefined;
      },
    });
  }
  return contenders;
}

/** The first round warms up and creates the accounts. */
async function measure(
  contenders: readonly Contender[],
  pebble: Pebble,
  folder: string,
): Promise<ReadonlyMap<string, readonly Sample[]>> {
  const samples = new Map<string, Sample[]>(contenders.map(({ title }) => [title, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, contender] of contenders.entries()) {
      const sample = await sampleOf(contender, `bench-${round}-${index}.example`, pebble, folder);
      if (round > 0) samples.get(contender.title)?.push(sample);
    }
  }
  return samples;
}

async function sampleOf(contender: Contender, name: string, pebble: Pebble, folder: string): Promise<Sample> {
  const csrPem = await makeCsr([name]);
  const csrFile = join(folder, `${name}.csr`);
  await writeFile(csrFile, csrPem);
  pebble.forgetRequests();
  const started = performance.now();
  const measured = await contender.issue(name, csrFile, csrPem);
  const wallMs = measured?.wallMs ?? performance.now() - started;
  const requests = pebble.requests().length;
  await pebble.clearTxt(`_acme-challenge.${name}`);
  return { wallMs, requests, ownMs: measured?.ownMs ?? null };
}

function tableOf(samples: ReadonlyMap<string, readonly Sample[]>): string {
  const rows = [...samples].map(([title, taken]) => {
    const own = taken.flatMap(({ ownMs }) => (ownMs === null ? [] : [ownMs]));
    const walls = taken.map(({ wallMs }) => wallMs);
    return { title, walls, wall: median(walls), requests: median(taken.map((one) => one.requests)), own };
  });
  const warm = rows[0]?.wall ?? 1;
  const cold = rows[1]?.wall ?? 1;
  const head = ['client', 'wall s', 'min–max', '÷ running', '÷ new process', 'requests', 'own ms'];
  const body = rows.map(({ title, walls, wall, requests, own }) => [
    title,
    seconds(wall),
    `${seconds(Math.min(...walls))}–${seconds(Math.max(...walls))}`,
    (wall / warm).toFixed(1),
    (wall / cold).toFixed(1),
    String(requests),
    own.length > 0 ? median(own).toFixed(0) : '–',
  ]);
  const note = `Medians of ${ROUNDS} rounds after one to warm up. own: wall without waiting for the CA, its next look and DNS.`;
  return `${[head, ...body].map(line).join('\n')}\n${note}`;
}

function line(cells: readonly string[]): string {
  const [title = '', ...figures] = cells;
  return title.padEnd(34) + figures.map((cell) => cell.padStart(15)).join('');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

await main();
