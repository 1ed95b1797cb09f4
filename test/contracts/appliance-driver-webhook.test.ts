import { describe, expect, test } from 'vitest';
import { webhook } from '../../backend/src/appliances/webhook/index.ts';
import { sha256OfPem } from '../../backend/src/domain/certificate.ts';
import { Secret } from '../../backend/src/domain/secret.ts';
import { makeCsr, makeKey } from '../../backend/src/plugins/keys.ts';
import { Recorder, recordedHttp } from '../../backend/src/plugins/recorder.ts';
import { AGENT_SECRET, type AgentOptions, startAgent } from '../support/agent.ts';
import { expectNoSecrets } from '../support/leaks.ts';
import { type ApplianceUnderTest, applianceDriverContract } from './appliance-driver.ts';
import { privateCa } from './appliance-driver-vos.ts';
import { seenAt, servedBy, TARGET_NAMES, targetDeps } from './targets.ts';

const never = new AbortController().signal;

async function site(options: AgentOptions = {}) {
  const agent = await startAgent(TARGET_NAMES[0], options);
  const ca = await privateCa(TARGET_NAMES);
  const driver = (change: object = {}, deps = targetDeps) => {
    const settings = { url: agent.url, servedAt: [seenAt(agent.port)], signingSecret: AGENT_SECRET, sendKey: true };
    return webhook.create(webhook.settings.parse({ ...settings, ...change }), deps);
  };
  return {
    ...{ agent, ca, driver, service: agent.service },
    async issued() {
      const made = await makeKey('EC P-256');
      const chain = await ca.issue(await makeCsr(made, TARGET_NAMES[0], TARGET_NAMES));
      return { chain, key: { held: 'certferry', pem: new Secret(made.keyPem) } as const, keyPem: made.keyPem };
    },
    served: () => servedBy({ host: '127.0.0.1', port: agent.port, serverName: TARGET_NAMES[0] }),
    [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose](),
  };
}

applianceDriverContract('webhook', async (): Promise<ApplianceUnderTest> => {
  const here = await site();
  return {
    driver: here.driver(),
    slot: 'certificate',
    dnsNames: TARGET_NAMES,
    denied: {
      driver: here.driver({ signingSecret: 'another secret', statusUrl: `${here.service.url}/state` }),
      password: 'another secret',
    },
    absent: here.driver({ url: 'http://127.0.0.1:1/' }),
    served: servedBy,
    ...here.ca,
    [Symbol.asyncDispose]: () => here[Symbol.asyncDispose](),
  };
});

describe('webhook', () => {
  test('sends the bundle as it is documented, once for each certificate', async () => {
    await using here = await site();
    const { chain, key, keyPem } = await here.issued();
    const sha256 = sha256OfPem(chain.leafPem);

    await here.driver().install('certificate', chain, key, never);

    const [bundle] = here.agent.taken;
    const [request] = here.service.requests;
    expect(bundle).toMatchObject({ version: 1, sha256, keyKind: 'EC P-256', dnsNames: [...TARGET_NAMES] });
    expect(bundle?.fullchain).toBe(`${bundle?.certificate}${bundle?.chain}`);
    expect(String(bundle?.privateKey).trim()).toBe(keyPem.trim());
    expect(bundle?.notAfter).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(request?.headers).toMatchObject({
      'idempotency-key': `${sha256}-with-key`,
      'content-type': 'application/json',
    });
    expect(await here.served()).toBe(sha256);
  });

  test('the key stays here unless it is asked for', async () => {
    const made: string[] = [];
    await using here = await site({ keyPem: () => made[0] ?? '' });
    const { chain, key, keyPem } = await here.issued();
    made.push(keyPem);

    await here.driver({ sendKey: false }).install('certificate', chain, key, never);

    const [request] = here.service.requests;
    expect(here.agent.taken[0]).not.toHaveProperty('privateKey');
    expectNoSecrets([{ where: 'the request', content: JSON.stringify(request) }], { key: keyPem.split('\n')[1] ?? '' });
    expect(request?.headers['idempotency-key']).toBe(sha256OfPem(chain.leafPem));
  });

  test('an agent that is at it is asked until it is done, with signed questions', async () => {
    await using here = await site({ slow: true });
    const { chain, key } = await here.issued();

    const receipt = await here.driver().install('certificate', chain, key, never);

    expect(receipt).toEqual({ changed: true, sha256: sha256OfPem(chain.leafPem) });
    expect(here.service.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /www',
      ...Array(3).fill('GET /jobs/1'),
    ]);
  });

  test('without a Location the state is asked, until it is the certificate', async () => {
    await using here = await site();
    const { chain, key } = await here.issued();
    const sha256 = sha256OfPem(chain.leafPem);
    const driver = here.driver({ statusUrl: `${here.service.url}/state` });
    here.service.answerNext({ status: 404 });
    here.service.answerNext({ status: 202, headers: { 'retry-after': '0' } });
    here.service.answerNext({ status: 200, body: { sha256: null } });
    for (let time = 0; time < 2; time += 1) here.service.answerNext({ status: 200, body: { sha256 } });

    const receipt = await driver.install('certificate', chain, key, never);

    expect(receipt).toEqual({ changed: true, sha256 });
  });

  test('an agent that is at it for too long is asked again later', async () => {
    await using here = await site();
    const { chain, key } = await here.issued();
    here.service.answerNext({ status: 202, headers: { location: '/jobs/1', 'retry-after': '30' } });

    const installed = here.driver({ patienceSeconds: 10 }).install('certificate', chain, key, never);

    await expect(installed).rejects.toMatchObject({ code: 'APPLIANCE_BUSY', retryAfterMs: 30_000 });
  });

  test('what the agent has already is not sent', async () => {
    await using here = await site();
    const { chain, key } = await here.issued();
    const driver = here.driver({ statusUrl: `${here.service.url}/state` });
    await driver.install('certificate', chain, key, never);

    const again = await driver.install('certificate', chain, key, never);

    expect(again.changed).toBe(false);
    expect(here.service.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(await driver.readInstalled('certificate', never)).toMatchObject({ sha256: again.sha256 });
  });

  test.each([
    [{ status: 401, body: 'no' }, 'APPLIANCE_DENIED', undefined],
    [{ status: 403, body: 'no' }, 'APPLIANCE_FORBIDDEN', undefined],
    [{ status: 404, body: 'no such host' }, 'APPLIANCE_REFUSED', undefined],
    [{ status: 422, body: 'RSA is wanted' }, 'APPLIANCE_REJECTED_CERTIFICATE', undefined],
    [{ status: 429, headers: { 'retry-after': '120' } }, 'APPLIANCE_BUSY', 120_000],
    [{ status: 500, body: 'oops' }, 'APPLIANCE_BUSY', undefined],
    [{ status: 503, headers: { 'retry-after': '60' } }, 'APPLIANCE_BUSY', 60_000],
    [{ status: 308, headers: { location: 'https://elsewhere.example.com/' } }, 'APPLIANCE_REFUSED', undefined],
    [{ status: 202, headers: { location: 'https://elsewhere.example.com/' } }, 'APPLIANCE_PROTOCOL', undefined],
    [{ status: 200, body: { sha256: 'ab'.repeat(32) } }, 'APPLIANCE_PROTOCOL', undefined],
    [{ status: 409, body: { sha256: 'ab'.repeat(32) } }, 'APPLIANCE_PROTOCOL', undefined],
  ])('%o is %s', async (answer, code, retryAfterMs) => {
    await using here = await site();
    const { chain, key } = await here.issued();
    here.service.answerNext(answer);

    const failure = await here
      .driver()
      .install('certificate', chain, key, never)
      .catch((err) => err);

    expect(failure).toMatchObject({ code, retryAfterMs });
    if ('body' in answer && typeof answer.body === 'string') expect(failure.evidence.body).toBe(answer.body);
  });

  test('an agent that repeats what it was sent spreads no secret, in failures and in recordings', async () => {
    await using here = await site();
    const { chain, key, keyPem } = await here.issued();
    const recorder = new Recorder(targetDeps.clock);
    const driver = here.driver(
      { authorization: 'Token opensesame' },
      { ...targetDeps, http: recordedHttp(targetDeps.http, recorder) },
    );
    const line = keyPem.split('\n')[1] ?? '';
    const body = `${keyPem} ${JSON.stringify({ keyPem })} ${line} ${AGENT_SECRET} Token opensesame`;
    here.service.answerNext({ status: 400, body });
    here.service.answerNext({ status: 400, body: JSON.stringify({ keyPem }) });

    const failure = await driver.install('certificate', chain, key, never).catch((err) => err);
    await driver.install('certificate', chain, key, never).catch(() => undefined);
    recorder.keepRecent();

    const secrets = { key: line, signing: AGENT_SECRET, authorization: 'Token opensesame' };
    const told = JSON.stringify({ ...failure, message: failure.message });
    expectNoSecrets([{ where: 'the failure', content: told }], secrets);
    const sent = recorder.take().map(({ sent: what, headers }) => ({ what, headers }));
    expect(sent).toHaveLength(2);
    expectNoSecrets([{ where: 'recordings', content: JSON.stringify(sent) }], secrets);
  });

  test.each([
    [{ url: 'http://agent.example.com/', sendKey: true }, 'not sent in clear'],
    [{ url: 'https://me:secret@agent.example.com/' }, 'Authorization field'],
    [{ trust: 'pin' }, 'SHA-256'],
  ])('%o is refused', (change, words) => {
    const settings = { url: 'https://agent.example.com/', servedAt: ['a.example.com:443'], signingSecret: 'secret' };
    const parsed = webhook.settings.parse({ ...settings, ...change });

    expect(() => webhook.verify?.(parsed)).toThrow(words);
  });
});
