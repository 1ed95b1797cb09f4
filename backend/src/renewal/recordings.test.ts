import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../plugins/clock.ts';
import type { HttpFactory } from '../plugins/http.ts';
import { Recorder, recordedHttp } from '../plugins/recorder.ts';
import { type AccountsDir, createAccountsDir } from '../store/accounts-dir.ts';
import type { Connection } from '../store/store.ts';
import { Recordings } from './recordings.ts';

const never = new AbortController().signal;
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
// What recordings ask of a connection, and no more.
const CONNECTION = {
  id: 1,
  name: 'Voice',
  dnsNames: ['cucm.corp.com'],
  appliance: { plugin: 'vos', settings: { product: 'imp' }, credential: null },
} as unknown as Connection;

let folder: string;
let accounts: AccountsDir;
let recordings: Recordings;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certferry-recordings-'));
  accounts = await createAccountsDir(folder);
  recordings = new Recordings(accounts, silent);
});
afterEach(() => rm(folder, { recursive: true }));

/** A recorder that has heard these answers, each to a question that shows `fact`. */
async function heard(answers: readonly string[], fact?: string): Promise<Recorder> {
  const recorder = new Recorder(systemClock);
  for (const [index, body] of answers.entries()) {
    const make: HttpFactory = () => ({
      request: async () => ({ status: 200, headers: {}, body }),
      [Symbol.asyncDispose]: async () => {},
    });
    const client = recordedHttp(make, recorder)({ trust: { mode: 'public' } });
    const confirms = () => (fact ? [`${fact}-${index}`] : []);
    await client.request({ method: 'GET', url: 'https://cucm.corp.com/', confirms }, never);
    if (!fact) recorder.keepRecent();
  }
  return recorder;
}

async function downloaded(id: string) {
  const [header, ...lines] = (await recordings.download(CONNECTION, { id, outcome: null })).trimEnd().split('\n');
  return { header: JSON.parse(header ?? ''), answers: lines.map((line) => JSON.parse(line).answer) };
}

describe('recordings', () => {
  it('grow step by step, also after the daemon was restarted', async () => {
    await recordings.add(CONNECTION, 'r1', 'inspect', await heard(['one at cucm.corp.com']));
    await new Recordings(accounts, silent).add(CONNECTION, 'r1', 'install', await heard(['two at cucm']));

    const { header, answers } = await downloaded('r1');

    expect(answers).toEqual(['one at node-1.site-1.example', 'two at node-1']);
    expect(header).toMatchObject({ exchanges: 2, dropped: 0, product: 'Cisco IM and Presence Service', release: null });
  });

  it('are bounded: what shows no fact gives way first, and the header says how much', async () => {
    await recordings.add(CONNECTION, 'r1', 'inspect', await heard(['shows a fact'], 'fact'));
    const plain = Array.from({ length: 125 }, (_, index) => `plain ${index}`);
    await recordings.add(CONNECTION, 'r1', 'install', await heard(plain));

    const { header, answers } = await downloaded('r1');

    expect(header).toMatchObject({ exchanges: 120, dropped: 6 });
    expect(answers[0]).toBe('shows a fact');
    expect(answers[1]).toBe('plain 6');
  });

  it('are bounded in size too', async () => {
    const large = Array.from({ length: 30 }, () => 'x'.repeat(40_000));

    await recordings.add(CONNECTION, 'r1', 'install', await heard(large));

    const { answers } = await downloaded('r1');
    expect(answers.join('').length).toBeLessThan(750_000);
    expect(answers.length).toBeGreaterThan(10);
  });

  it('are kept of the last ten renewals', async () => {
    for (let number = 10; number < 22; number += 1)
      await recordings.add(CONNECTION, `r${number}`, 'inspect', await heard(['hello']));

    const files = await readdir(join(folder, 'connections', 'cucm.corp.com-1', 'exchanges'));

    expect(files.sort()).toEqual(Array.from({ length: 10 }, (_, index) => `r${index + 12}.jsonl`));
    await expect(downloaded('r10')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('that cannot be written stop nothing', async () => {
    await rm(join(folder, 'connections'), { recursive: true });

    await expect(recordings.add(CONNECTION, 'r1', 'inspect', await heard(['hello']))).resolves.toBeUndefined();
  });
});
