import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labConnection } from '../../backend/src/cli/lab-connection.ts';
import { addConnection } from '../../backend/src/connections.ts';
import type { EvidenceBundle } from '../../backend/src/evidence/bundle.ts';
import type { Listening } from '../../backend/src/server.ts';
import { certferry } from '../support/command.ts';
import { Journey } from '../support/journey.ts';
import { expectNothingOfTheSite } from '../support/leaks.ts';

/** That none of it holds a secret is looked at when the journey is disposed. */

describe('the evidence of a renewal', { timeout: 90_000 }, () => {
  let journey: Journey;
  let server: Listening;
  let verified: string;
  let failed: string;

  beforeAll(async () => {
    journey = await Journey.start({ overrides: { retryLadderMs: [] } });
    server = await journey.listen();
    const started = await call('POST', `connections/${journey.connection.id}/renewals`, { activation: 'ask' });
    verified = ((await started.json()) as { id: string }).id;
    await journey.event(verified, 'step.held');
    await call('POST', `renewals/${verified}/resume`, {});
    await journey.ended(verified);
    journey.lab.faults.on('password-changed');
    failed = (await journey.renew()).id;
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await journey[Symbol.asyncDispose]();
  });

  function call(method: string, path: string, body?: unknown): Promise<Response> {
    const headers = {
      authorization: `Bearer ${journey.secrets.accessToken.reveal()}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    return fetch(`${server.url}/api/v1/${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async function evidence(id: string, query = ''): Promise<EvidenceBundle> {
    return (await (await call('GET', `renewals/${id}/evidence${query}`)).json()) as EvidenceBundle;
  }

  it('says what was planned, who decided, what was ordered and what is served since', async () => {
    const { renewal, plan, decisions, csr, order, chain, endpoints, interruptions, steps } = await evidence(verified);

    const leaf = chain[0]?.sha256;
    expect(renewal).toMatchObject({ id: verified, outcome: 'verified', oldStillServed: false });
    expect(plan).toMatchObject([{ service: 'Cisco Tomcat', impact: expect.any(String) }]);
    expect(decisions).toMatchObject([
      { what: 'started', actor: 'local operator' },
      { what: 'released', actor: 'local operator', step: 'activate', ask: expect.stringMatching(/restart/i) },
    ]);
    expect(csr?.dnsNames).toEqual(['cucm-pub.lab.example.com']);
    expect(order).toMatchObject({ url: expect.stringMatching(/^https:/), dnsNames: csr?.dnsNames });
    expect(endpoints).toHaveLength(2);
    for (const { before, after } of endpoints) {
      expect(before?.sha256).not.toBe(leaf);
      expect(after?.sha256).toBe(leaf);
    }
    expect(interruptions).toMatchObject([{ service: 'Cisco Tomcat', seconds: expect.any(Number) }]);
    expect(steps.map(({ step }) => step)).toEqual(expect.arrayContaining(['inspect', 'order', 'activate', 'verify']));
    expect(steps.find(({ step }) => step === 'activate')?.heldMs).toBeGreaterThan(0);
  });

  it('names the rows of the audit about it by their hashes', async () => {
    const { audit } = await evidence(verified);

    const rows = await journey.app.store.audit.list({ subject: `renewal ${verified}`, limit: 100 });
    expect(audit.rows.slice(0, 2)).toMatchObject([
      { action: 'renewal.start', actor: 'local operator', address: '127.0.0.1' },
      { action: 'renewal.release', outcome: 'done' },
    ]);
    expect(rows.map(({ hash }) => hash)).toEqual(expect.arrayContaining(audit.rows.map(({ hash }) => hash)));
  });

  it('of one that went well holds what was asked of the CA, and says which exchanges with the appliance are kept', async () => {
    const { calls, exchangesKept, order } = await evidence(verified);

    const asked = calls.map(({ to, request, status }) => `${to} ${request} ${status}`);
    const ca = new URL(order?.url ?? '').origin;
    expect(asked.filter((line) => line.startsWith(`CA POST ${ca}/`)).length).toBeGreaterThan(3);
    expect(asked.filter((line) => line.endsWith(' 201'))).not.toEqual([]);
    expect(calls.every(({ request }) => !request.includes('?'))).toBe(true);
    expect(exchangesKept).toMatch(/^Recorded are exchanges before a failure, .* of the last 10 renewals/);
  });

  it('holds what was asked of a DNS service over HTTP, also in vain', async () => {
    journey.lab.faults.off('password-changed');
    const input = labConnection(journey.lab);
    const dns = { plugin: 'httpreq', settings: { endpoint: 'http://127.0.0.1:1/dns', trust: 'public' } };
    // With the pin of what it serves by now.
    const stored = await journey.app.store.connections.get(journey.connection.id);
    const settings = { ...input.appliance.settings, ...stored?.appliance.settings };
    const appliance = { ...input.appliance, settings };
    const other = await addConnection(journey.app.store, { ...input, name: 'Over HTTP', appliance, dns });
    const { id } = await journey.ended(await journey.app.runner.start(other.id, 'operator'));

    const { calls } = await evidence(id);

    const asked = calls.filter(({ to }) => to === 'DNS');
    expect(asked.map(({ request }) => request)).toEqual([
      'POST http://127.0.0.1:1/dns/present',
      'POST http://127.0.0.1:1/dns/cleanup',
    ]);
    expect(asked[0]).toMatchObject({ status: null, failure: expect.stringContaining('ECONNREFUSED') });
  });

  it('of one that failed holds the failure and what was said before it', async () => {
    const { renewal, failures, exchanges } = await evidence(failed);

    expect(renewal.outcome).toBe('failed');
    expect(failures).toMatchObject([{ code: 'APPLIANCE_DENIED', step: expect.any(String) }]);
    expect(exchanges.at(-1)).toMatchObject({ status: 401 });
  });

  it('holds no name of the site when that is asked, and keeps what is compared', async () => {
    const anonymous = await evidence(verified, '?anonymous=true');

    const plain = await evidence(verified);
    expectNothingOfTheSite([{ where: 'the evidence', content: JSON.stringify(anonymous) }]);
    expect(anonymous.endpoints.map(({ after }) => after?.sha256)).toEqual(Array(2).fill(anonymous.chain[0]?.sha256));
    expect(anonymous.renewal.id).toBe(verified);
    expect(anonymous.renewal.startedAt).toBe(plain.renewal.startedAt);
    expect(anonymous.audit.rows.slice(0, 2).map(({ hash }) => hash)).toEqual(
      plain.audit.rows.slice(0, 2).map(({ hash }) => hash),
    );
  });

  it('is a page that needs nothing else, and may load nothing', async () => {
    const answer = await call('GET', `renewals/${failed}/evidence.html`);
    const page = await answer.text();

    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(page).toContain('<h1>Renewal ');
    expect(page).toContain('APPLIANCE_DENIED');
    expect(page).toContain('Recorded are exchanges before a failure');
    expect(page).not.toMatch(/<script|<link|src=|url\(/);
  });

  it('is written to a file by the command, as JSON or as a page', async () => {
    const env = journey.environment(server.url);
    const [json, page] = [join(journey.folder, 'evidence.json'), join(journey.folder, 'evidence.html')];

    await certferry(env, 'evidence', verified, '--out', json);
    await certferry(env, 'evidence', verified, '--out', page);

    expect(JSON.parse(await readFile(json, 'utf8'))).toMatchObject({ format: 1, renewal: { id: verified } });
    expect(await readFile(page, 'utf8')).toMatch(/^<!doctype html>/);
    await expect(certferry(env, 'evidence', 'none')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
