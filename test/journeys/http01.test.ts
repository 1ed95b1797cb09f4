import { once } from 'node:events';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { dirname, join } from 'node:path';
import { LAB_NODE } from '@certferry/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KeptCertificateView } from '../../backend/src/api/contract/certificates.ts';
import { labConnection } from '../../backend/src/cli/lab-connection.ts';
import { addConnection, changeConnection } from '../../backend/src/connections.ts';
import type { Connection } from '../../backend/src/store/store.ts';
import { exportConnections } from '../../backend/src/transfer/export.ts';
import { parseConnectionsFile } from '../../backend/src/transfer/file.ts';
import { importConnections } from '../../backend/src/transfer/import.ts';
import { freePort } from '../support/free-port.ts';
import { serveFolder, type WebServer } from '../support/http-solver.ts';
import { type Ended, Journey, type JourneyOptions } from '../support/journey.ts';
import { scratchFolder } from '../support/scratch.ts';

/** Names proved over HTTP at the lab's CA, which really fetches. One web server, and one daemon, for most of it. */

const ONLY_ISSUE = { goal: 'issue', activation: null } as const;

let root: string;
let web: WebServer;
let journey: Journey;

beforeAll(async () => {
  root = await scratchFolder('certferry-webroot-');
  web = await serveFolder(root);
  journey = await startedAt(web.port, { plugin: 'webroot', settings: { folder: root } });
});

afterAll(async () => {
  await journey?.[Symbol.asyncDispose]();
  await web?.[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

type Http = { readonly plugin: string; readonly settings: Readonly<Record<string, unknown>> };

/** `port` is where the CA, and the check before it, dial port 80. */
async function startedAt(port: number, http: Http, options: JourneyOptions = {}): Promise<Journey> {
  const started = await Journey.start({
    ...options,
    lab: { httpPort: port, ...options.lab },
    config: { http01: { port: null, host: null, validationPort: port }, ...options.config },
    connection: ({ dns: _, ...input }) => ({ ...input, challenge: 'http-01', http }) as never,
  });
  started.lab.dns.add({ name: LAB_NODE, type: 'A', data: '127.0.0.1' });
  return started;
}

async function changed(change: Partial<Parameters<typeof changeConnection>[3]>): Promise<Connection> {
  const { store } = journey.app;
  const current = await store.connections.get(journey.connection.id);
  if (!current) throw new Error('The connection is gone.');
  const { id, version, appliance, slot, dnsNames, issuer, http, name, policy } = current;
  const input = { name, appliance, slot, dnsNames, issuer, http, policy, challenge: 'http-01' as const, ...change };
  return changeConnection(store, id, version, input);
}

const filesLeft = async () =>
  (await readdir(root, { recursive: true })).filter(
    (name) => !name.endsWith('acme-challenge') && name !== '.well-known',
  );
const challenged = () => journey.lab.ca.requests().filter(({ resource }) => resource === 'challenge').length;

function wordsOf({ events }: Ended): string {
  return events.map(({ event }) => JSON.stringify(event)).join('\n');
}

describe('a connection that is proved over HTTP', { timeout: 60_000 }, () => {
  it('is renewed to its end without a DNS account, and leaves no file', async () => {
    const ended = await journey.renew();

    expect(ended.finished).toMatchObject({ outcome: 'verified' });
    expect(ended.facts).toMatchObject({
      records: [],
      tokens: [{ placed: true, token: { dnsName: LAB_NODE } }],
      reachability: [{ dnsName: LAB_NODE, reachable: true, addresses: [{ address: '127.0.0.1', state: 'seen' }] }],
    });
    expect(ended.facts.cleaned).toHaveLength(1);
    expect(wordsOf(ended)).toContain('1 of 1 name seen with the right text.');
    expect(await filesLeft()).toEqual([]);
  });

  it('is stored, shown, exported and imported like that', async () => {
    const { store } = journey.app;
    await using server = await journey.listen();
    const headers = { authorization: `Bearer ${journey.secrets.accessToken.reveal()}` };

    const shown = await (await fetch(`${server.url}/api/v1/connections/${journey.connection.id}`, { headers })).json();
    const file = await exportConnections(store, true, new Date());
    const again = await importConnections(store, parseConnectionsFile(JSON.parse(JSON.stringify(file))), {
      dryRun: true,
      by: {},
    });

    expect(shown).toMatchObject({
      challenge: 'http-01',
      http: { plugin: 'webroot', settings: { folder: root } },
      dns: { plugin: '' },
      incomplete: [],
    });
    expect(file.connections).toMatchObject([{ challenge: 'http-01', http: { plugin: 'webroot' } }]);
    expect(again.map(({ action }) => action)).toEqual(['same']);
  });

  it('is refused with a wildcard, and with nothing that places files', async () => {
    await expect(changed({ dnsNames: [`*.${LAB_NODE}`] })).rejects.toMatchObject({
      code: 'INVALID_SETTINGS',
      message: expect.stringMatching(/^dnsNames: "\*\.cucm.*DNS record.*name each host/),
    });
    await expect(changed({ http: null })).rejects.toMatchObject({
      code: 'INVALID_SETTINGS',
      message: expect.stringMatching(/^http: Nothing is chosen/),
    });
    await expect(changed({ challenge: 'dns-01' })).rejects.toMatchObject({
      message: expect.stringMatching(/^dns: No DNS account/),
    });
    const { store } = journey.app;
    const draft = await addConnection(store, { challenge: 'http-01', dnsNames: ['*.example.com'], draft: true });
    await store.connections.remove(draft.id);
    expect(draft.incomplete.map(({ part }) => part)).toEqual(['appliance', 'dnsNames', 'slot', 'issuer', 'http']);
  });

  it('is registered over the API, says which address has to answer with what, and is issued when it does', async () => {
    await using server = await journey.listen();
    const headers = {
      authorization: `Bearer ${journey.secrets.accessToken.reveal()}`,
      'content-type': 'application/json',
    };
    const call = async (method: string, path: string, body?: unknown) => {
      const answer = await fetch(`${server.url}/api/v1/certificates${path}`, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
      });
      return (await answer.json()) as KeptCertificateView;
    };

    const { issuer } = labConnection(journey.lab);
    const registered = await call('POST', '', { names: [LAB_NODE], challenge: 'http-01', issuer });
    const [place] = registered.toPlace;
    if (place?.challenge !== 'http-01') throw new Error('There is no file to place.');
    const file = join(root, new URL(place.url).pathname);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, place.text);
    await call('POST', `/managed/${registered.id}/verify`);
    const status = async () => (await call('GET', `/managed/${registered.id}`)).status;
    await expect.poll(status, { interval: 100 }).toBe('issued');

    expect(registered.status).toBe('awaiting-challenge');
    expect(place).toMatchObject({ dnsName: LAB_NODE, url: expect.stringContaining(`http://${LAB_NODE}`) });
    await rm(file);
  });

  it('is tried before, with a test file and without', async () => {
    const signal = AbortSignal.timeout(20_000);
    const about = (findings: readonly { readonly id: string }[]) => findings.filter(({ id }) => id.startsWith('http.'));

    const plain = await journey.app.preflight(journey.connection.id, { writeTestRecord: false }, signal);
    const withFile = await journey.app.preflight(journey.connection.id, { writeTestRecord: true }, signal);

    expect(plain.filter(({ id }) => id.startsWith('dns.'))).toEqual([]);
    expect(about(plain)).toMatchObject([
      { id: 'http.solver', outcome: 'ok', answer: expect.stringContaining(root) },
      { id: `http.name.${LAB_NODE}`, outcome: 'warn', answer: expect.stringMatching(/port 80 answers.*private/) },
    ]);
    expect(about(withFile)[1]).toMatchObject({ answer: expect.stringContaining('test file placed, fetched') });
    expect(await filesLeft()).toEqual([]);
  });

  it('that leads elsewhere ends with the reason, and the CA is not asked', async () => {
    await changed({ policy: { ...journey.connection.policy, propagationPatienceSeconds: 1 } });
    const wrong = createServer((_req, res) => void res.end('<html>a default page</html>'));
    journey.lab.dns.add({ name: LAB_NODE, type: 'A', data: '127.0.0.2' });
    wrong.listen(web.port, '127.0.0.2');
    await once(wrong, 'listening');
    const before = challenged();

    const ended = await journey.renew(ONLY_ISSUE);
    journey.lab.dns.remove({ name: LAB_NODE, type: 'A', data: '127.0.0.2' });
    await closed(wrong);

    expect(ended.finished).toMatchObject({ outcome: 'failed' });
    expect(ended.finished.message).toContain(`${LAB_NODE} at 127.0.0.2 answers with other text: "<html>a default page`);
    expect(ended.facts.reachability?.[0]?.addresses.map(({ reason }) => reason)).toEqual(['seen', 'other-text']);
    expect(wordsOf(ended)).toContain('HTTP_NOT_REACHABLE');
    expect(challenged()).toBe(before);
    expect(await filesLeft()).toEqual([]);
  });

  it('is not looked at where it says that this is impossible, and has a file that could not be removed swept later', async () => {
    await changed({ http: { plugin: 'webroot', settings: { folder: root, reachability: 'skip' } } });
    const spoiled = join(root, '.well-known');
    journey.lab.exchanges.listen(async (name, phase) => {
      if (name !== 'ca.certificate' || phase !== 'done') return;
      // As after a deployment that put a file where the folder was.
      await rm(spoiled, { recursive: true });
      await writeFile(spoiled, 'in the way');
    });
    const ended = await journey.renew(ONLY_ISSUE);
    const left = await journey.app.sweeper.list();
    await rm(spoiled);
    await mkdir(spoiled);

    const swept = await journey.app.sweeper.sweep(AbortSignal.timeout(10_000));

    expect(ended.finished).toMatchObject({ outcome: 'issued' });
    expect(wordsOf(ended)).toContain('not tried, as the connection says');
    expect(left).toMatchObject([{ kind: 'http-01', fqdn: expect.stringContaining(`http://${LAB_NODE}/.well-known/`) }]);
    expect(swept).toMatchObject([{ trouble: null }]);
    expect(await journey.app.sweeper.list()).toEqual([]);
  });
});

describe('certferry itself', { timeout: 60_000 }, () => {
  it('answers at a port of its own and at its web interface, while a renewal runs and no longer', async () => {
    const port = await freePort();
    await using own = await startedAt(
      port,
      { plugin: 'listener', settings: {} },
      { config: { https: true, http01: { port, host: '127.0.0.1', validationPort: port } } },
    );
    await using server = await own.listen();
    const answers: string[] = [];
    own.lab.exchanges.listen(async (name, phase) => {
      if (name !== 'ca.challenge' || phase !== 'received') return;
      for (const origin of [`http://127.0.0.1:${port}`, server.url.replace('https:', 'http:')])
        answers.push(await textAt(own, origin));
    });

    const { finished, facts } = await own.renew(ONLY_ISSUE);

    const text = facts.tokens?.[0]?.token.text;
    expect(finished).toMatchObject({ outcome: 'issued' });
    expect(server.challengePort).toBe(port);
    expect(answers).toEqual([text, text]);
    expect(await textAt(own, `http://127.0.0.1:${port}`)).toBe('404');
    for (const path of ['/', '/api/v1/connections', '/healthz', '/.well-known/acme-challenge/'])
      expect((await fetch(`http://127.0.0.1:${port}${path}`)).status).toBe(404);
  });

  it('holds the renewal while a person places the file, and goes on after a restart', async () => {
    const folder = await scratchFolder('certferry-by-hand-');
    await using site = await serveFolder(folder);
    await using own = await startedAt(site.port, { plugin: 'manual', settings: {} });
    const id = await own.start(ONLY_ISSUE);
    const { ask } = await own.event(id, 'step.held');
    const [, path = '', text = ''] =
      /^http:\/\/[^/]+(\S+)\nhas to answer with exactly this text: (\S+)$/m.exec(ask) ?? [];
    await own.restart();
    await mkdir(join(folder, '.well-known/acme-challenge'), { recursive: true });
    await writeFile(join(folder, path), text);

    await own.app.runner.resume(id);

    const { finished } = await own.ended(id);
    expect(ask).toContain(LAB_NODE);
    expect(finished).toMatchObject({ outcome: 'issued' });
    // certferry did not write it, so it does not remove it.
    expect(await readdir(join(folder, '.well-known/acme-challenge'))).toHaveLength(1);
    await rm(folder, { recursive: true });
  });
});

/** What a client gets for the token of the renewal: the text, or the status when there is none. */
async function textAt({ app }: Journey, origin: string): Promise<string> {
  const [row] = await app.store.renewals.list({ limit: 1 });
  const { tokens = [] } = (row?.facts ?? {}) as Ended['facts'];
  const answer = await fetch(`${origin}/.well-known/acme-challenge/${tokens[0]?.token.token}`);
  return answer.ok ? await answer.text() : String(answer.status);
}

async function closed(server: Server): Promise<void> {
  const over = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await over;
}
