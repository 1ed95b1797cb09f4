import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Listening } from '../../backend/src/server.ts';
import { certferry } from '../support/command.ts';
import { Journey } from '../support/journey.ts';
import { startService, type TestService } from '../support/notify/service.ts';

interface Received {
  readonly kind: string;
  readonly subject: string;
  readonly body: string;
  readonly link: string | null;
}

const TOKEN = 'Bearer a-token-of-the-hook';
let journey: Journey;
let server: Listening;
let service: TestService;

describe('the whole product tells people', () => {
  beforeAll(async () => {
    service = await startService(({ headers }) => ({ status: headers.authorization === TOKEN ? 200 : 401 }));
    journey = await Journey.start({
      connection: (input) => ({
        ...input,
        policy: { ...input.policy, activation: 'ask', propagationPatienceSeconds: 1 },
      }),
    });
    server = await journey.listen();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await journey[Symbol.asyncDispose]();
    await service[Symbol.asyncDispose]();
  });

  const received = () => service.requests.map(({ body }) => JSON.parse(body) as Received);
  const problems = () => received().filter(({ kind }) => kind !== 'test');
  const subjects = () => problems().map(({ subject }) => subject);
  const call = (method: string, path: string, body?: unknown) =>
    fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${journey.secrets.accessToken.reveal()}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const answer = async (method: string, path: string, body?: unknown): Promise<unknown> =>
    (await call(method, path, body)).json();

  it('over a channel that is added and tried from the command line', async () => {
    const env = journey.environment(server.url);
    const file = join(journey.folder, 'channel.json');
    const settings = { url: `${service.url}/hook`, authorization: TOKEN };
    await writeFile(file, JSON.stringify({ name: 'Team', plugin: 'webhook', settings }));

    const empty = await certferry(env, 'notify', 'list');
    const added = await certferry(env, 'notify', 'add', file);
    const tested = await certferry(env, 'notify', 'test', '1');
    const listed = await certferry(env, 'notify', 'list');

    expect(empty.output).toContain('Nobody is told of anything yet');
    expect(added.output).toContain('Channel 1 added');
    expect(tested.output).toMatch(/Sent in \d+\.\d s\. HTTP 200/);
    expect(received().at(-1)).toMatchObject({ kind: 'test' });
    expect(listed.output).toMatch(/Team\s+webhook\s+on\s+none yet/);
    expect(listed.output).toContain('Team: Warnings and what is critical, of all connections, and when it is over.');
  });

  it('once when it fails, not when it fails again, what is asked when it waits, and once that it recovered', async () => {
    journey.lab.faults.on('dns-servfail-secondary');
    await journey.renew();
    await journey.renew();
    journey.lab.faults.off('dns-servfail-secondary');
    await expect.poll(subjects).toEqual(['Failed, service intact: Lab CUCM publisher']);

    const id = await journey.start();
    const held = await journey.event(id, 'step.held');
    await expect.poll(subjects).toHaveLength(2);
    expect(problems()[1]?.body).toContain(held.ask);
    expect(problems()[1]?.body).toContain(`certferry resume ${id}`);
    await journey.app.runner.resume(id);
    await journey.ended(id);

    await expect
      .poll(subjects)
      .toEqual([
        'Failed, service intact: Lab CUCM publisher',
        'Restart pending: waits for you: Lab CUCM publisher',
        'Served again as wanted: Lab CUCM publisher',
      ]);
    expect(problems()[0]?.body).toContain('SERVFAIL');
    expect(problems()[0]?.body).toContain('The old certificate is still served everywhere.');
  });

  it('and goes on after a restart without telling anything twice', async () => {
    const before = subjects().length;
    await server[Symbol.asyncDispose]();

    await journey.restart();
    server = await journey.listen();
    await journey.app.notices.tick();

    expect(subjects()).toHaveLength(before);
  });

  it('and shows what it told, never the secrets', async () => {
    const notices = (await answer('GET', '/notices?limit=2&state=delivered')) as { state: string; tries: number }[];
    const shown = JSON.stringify([await answer('GET', '/notifiers'), notices]);

    expect(notices).toMatchObject([{ state: 'delivered', tries: 1 }, { state: 'delivered' }]);
    expect(shown).toContain('"secretsSet":["url","authorization"]');
    expect(shown).not.toContain('a-token-of-the-hook');
  });

  it('keeps a secret that is not typed again, and refuses a change of what somebody else changed', async () => {
    const change = { name: 'Team', plugin: 'webhook', settings: { method: 'PUT' }, version: 1 };

    const changed = await answer('PUT', '/notifiers/1', change);
    const again = await call('PUT', '/notifiers/1', change);
    const tested = await answer('POST', '/notifiers/1/test');

    expect(changed).toMatchObject({ version: 2, settings: { method: 'PUT' } });
    expect(again.status).toBe(409);
    expect(tested).toMatchObject({ sent: true, answer: 'HTTP 200' });
    expect(service.requests.at(-1)?.method).toBe('PUT');
  });

  it('tests settings that are not saved, with the stored secrets, and shows what the service said', async () => {
    const unsaved = { plugin: 'webhook', settings: { authorization: 'Bearer wrong-token' }, notifierId: 1 };

    const refused = await call('POST', '/notifiers/test', unsaved);

    const problem = (await refused.json()) as { code: string };
    expect(refused.status).toBe(422);
    expect(problem).toMatchObject({ code: 'NOTIFIER_DENIED', evidence: { status: 401 } });
    expect(JSON.stringify(problem)).not.toContain('wrong-token');
  });

  it('takes rules, says them in words, and refuses what would never tell anything', async () => {
    const digest = { at: '07:30', timeZone: 'Europe/Berlin' };
    const rule = { name: 'Night', notifierId: 1, minimum: 'critical', connections: [1], kinds: ['expiring'], digest };

    const added = await answer('POST', '/notification-rules', rule);
    const changed = await answer('PUT', '/notification-rules/2', { ...rule, includeSuccess: true, version: 1 });
    const wrong = await Promise.all([
      answer('POST', '/notification-rules', { ...rule, kinds: [], digest: null }),
      answer('POST', '/notification-rules', { ...rule, connections: [99] }),
      answer('POST', '/notification-rules', { ...rule, digest: { ...digest, timeZone: 'Berlin' } }),
      answer('POST', '/notification-rules', { ...rule, digest: { ...digest, at: '25:00' } }),
    ]);
    const removed = await call('DELETE', '/notification-rules/2');

    expect(added).toMatchObject({
      id: 2,
      words:
        'Only what is critical when a certificate expires soon, of Lab CUCM publisher, and when it is over; every day at 07:30 (Europe/Berlin) a digest.',
    });
    expect(changed).toMatchObject({ version: 2, includeSuccess: true });
    expect(wrong.map((problem) => (problem as { detail: string }).detail)).toEqual([
      expect.stringContaining('never tell anything'),
      expect.stringContaining('there is no connection 99'),
      expect.stringContaining('is no time zone'),
      expect.stringContaining('HH:mm'),
    ]);
    expect(removed.status).toBe(204);
  });

  it('forgets a channel with its secrets', async () => {
    const env = journey.environment(server.url);

    await certferry(env, 'notify', 'remove', '1');

    expect(await answer('GET', '/notifiers')).toEqual([]);
    expect(await answer('GET', '/notices')).toEqual([]);
    expect((await journey.app.store.vault.names()).filter((name) => name.startsWith('notifier:'))).toEqual([]);
  });
});
