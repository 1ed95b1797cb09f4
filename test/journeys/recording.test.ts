import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LAB_CLUSTER } from '@certferry/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vos } from '../../backend/src/appliances/vos/index.ts';
import type { Exchange } from '../../backend/src/plugins/exchange.ts';
import type { RecordingHeader } from '../../backend/src/renewal/recordings.ts';
import type { Listening } from '../../backend/src/server.ts';
import { certferry } from '../support/command.ts';
import { Journey } from '../support/journey.ts';

const NODES = { ...LAB_CLUSTER, subscribers: LAB_CLUSTER.subscribers.slice(0, 1), imp: [] };

interface Recording {
  readonly header: RecordingHeader;
  readonly exchanges: readonly (Exchange & { readonly step: string })[];
}

function parsed(text: string): Recording {
  const [header, ...exchanges] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return { header, exchanges };
}

describe('the recording of a renewal', { timeout: 90_000 }, () => {
  let journey: Journey;
  let server: Listening;
  let verified: string;
  let failed: string;

  beforeAll(async () => {
    journey = await Journey.start({ lab: { cluster: NODES }, overrides: { retryLadderMs: [] } });
    verified = (await journey.renew()).id;
    journey.lab.faults.on('password-changed');
    failed = (await journey.renew()).id;
    server = await journey.listen();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await journey[Symbol.asyncDispose]();
  });

  async function download(id: string): Promise<Response> {
    const headers = { authorization: `Bearer ${journey.secrets.accessToken.reveal()}` };
    return await fetch(`${server.url}/api/v1/renewals/${id}/exchanges`, { headers });
  }

  it('says what it was made with, and which unconfirmed facts its exchanges show', async () => {
    const answer = await download(verified);
    const { header, exchanges } = parsed(await answer.text());

    expect(answer.headers.get('content-disposition')).toContain(`certferry-recording-${verified}.jsonl`);
    expect(header).toMatchObject({ format: 1, plugin: 'vos', outcome: 'verified', exchanges: exchanges.length });
    expect(header.product).toBe('Cisco Unified Communications Manager');
    expect(header.release).toMatch(/^\d+\.\d/);
    const shown = header.facts.map(({ id }) => id);
    expect(shown).toEqual(
      expect.arrayContaining([
        'multi-server-spelling',
        'pending-csr',
        'stale-csr',
        'restart-transcript',
        'version-line',
      ]),
    );
    expect(vos.unconfirmed?.map(({ id }) => id)).toEqual(expect.arrayContaining(shown));
  });

  it('tells node from node by stand-ins that are the same in every exchange', async () => {
    const { exchanges } = parsed(await (await download(verified)).text());

    const servers = exchanges.flatMap(({ answer }) => /"server":"([^"]+)"/.exec(answer ?? '')?.[1] ?? []);
    const csr = exchanges.find(({ request, status }) => request.endsWith('/csr') && status === 200);

    expect(new Set(servers).size).toBeGreaterThan(0);
    for (const name of servers) expect(name).toMatch(/^node-\d\.site-1\.example$/);
    expect(csr?.sent).toContain('node-1.site-1.example');
    expect(csr?.answer).toContain('for node-1.site-1.example');
    expect(exchanges.every(({ step }) => step !== '')).toBe(true);
  });

  it('holds the last exchanges before a failure, with what the appliance said', async () => {
    const { header, exchanges } = parsed(await (await download(failed)).text());

    expect(header.outcome).toBe('failed');
    expect(exchanges.at(-1)).toMatchObject({ status: 401, answer: expect.stringContaining('Unauthorized') });
  });

  it('lies in the folder of the connection, readable by its owner alone', async () => {
    const folder = join(journey.folder, 'accounts/connections', 'cucm-pub.lab.example.com-1', 'exchanges');

    const { mode } = await stat(join(folder, `${verified}.jsonl`));

    expect(mode & 0o777).toBe(0o600);
  });

  it('is written to a file by the command, which overwrites nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'certferry-recording-'));
    const file = join(folder, 'send-us.jsonl');
    const environment = journey.environment(server.url);

    const first = await certferry(environment, 'exchanges', verified, '--out', file);
    const second = certferry(environment, 'exchanges', verified, '--out', file);

    expect(first).toMatchObject({ status: 0, output: expect.stringContaining(`in ${file}`) });
    expect(parsed(await readFile(file, 'utf8')).header.plugin).toBe('vos');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await expect(second).rejects.toThrow('it is there already; name another file');
    await rm(folder, { recursive: true });
  });

  it('that is not there is told', async () => {
    const answer = await download('19990101T000000-000000');

    expect(answer.status).toBe(404);
  });
});
