import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acmeIssuer } from '../../../../test/support/acme-issuer.ts';
import { problem, ScriptedCa } from '../../../../test/support/scripted-ca.ts';
import { makeCa, makeCertificate, makeCsr, makeLeaf } from '../../../../test/support/x509.ts';
import { ERRORS } from '../../domain/errors.ts';
import { systemClock } from '../../plugins/clock.ts';
import type { Clock } from '../../plugins/plugin.ts';
import type { OrderTicket } from '../issuer.ts';

const signal = new AbortController().signal;
const HOUR_MS = 3_600_000;

let ca: ScriptedCa;
beforeEach(async () => {
  ca = await ScriptedCa.start();
});
afterEach(() => ca[Symbol.asyncDispose]());

function issuerOf(more: object = {}, clock: Clock = systemClock) {
  const trust = { trust: 'bundle', caBundle: ca.tlsCaPem } as const;
  return acmeIssuer({ directory: ca.directoryUrl, ...trust, ...more }, { clock });
}

function open(issuer = issuerOf(), replacesPem: string | null = null) {
  return issuer.openOrder({ dnsNames: ['a.example'], replacesPem }, null, signal);
}

describe('problems', () => {
  it.each([
    ['429 with seconds', { ...problem(429, 'rateLimited'), headers: { 'retry-after': '3600' } }, HOUR_MS],
    ['503 with seconds', { ...problem(503, 'serverInternal'), headers: { 'retry-after': '120' } }, 120_000],
    ['429 without a time', problem(429, 'rateLimited'), undefined],
  ])('hand a rate limit to the caller at once: %s', async (_, answer, retryAfterMs) => {
    ca.script('/order', answer);

    await expect(open()).rejects.toMatchObject({ code: 'ISSUER_RATE_LIMITED', retryAfterMs });
    expect(ca.payloads('/order')).toHaveLength(1);
  });

  it('understand Retry-After as a date', async () => {
    const now = new Date('2026-11-22T12:00:00Z');
    const headers = { 'retry-after': 'Sun, 22 Nov 2026 13:00:00 GMT' };
    ca.script('/order', { ...problem(429, 'rateLimited'), headers });

    const failure = open(issuerOf({}, { ...systemClock, now: () => now }));

    await expect(failure).rejects.toMatchObject({ code: 'ISSUER_RATE_LIMITED', retryAfterMs: HOUR_MS });
  });

  it('keep what the CA says of each name', async () => {
    const subproblems = [
      { type: 'urn:x', detail: 'Forbidden by policy', identifier: { type: 'dns', value: 'a.example' } },
    ];
    ca.script('/order', problem(400, 'rejectedIdentifier', { subproblems }));

    await expect(open()).rejects.toMatchObject({
      code: 'ISSUER_REFUSED',
      message: expect.stringContaining('a.example: Forbidden by policy'),
      evidence: { request: `POST ${ca.url}/order`, status: 400, body: expect.stringContaining('rejectedIdentifier') },
    });
  });

  it.each([
    [problem(400, 'userActionRequired'), 'ISSUER_ACCOUNT'],
    [problem(500, 'serverInternal'), 'ISSUER_UNREACHABLE'],
    [{ status: 502, body: '<html>' }, 'ISSUER_UNREACHABLE'],
    [problem(403, 'caa'), 'ISSUER_REFUSED'],
    [{ status: 201, headers: { location: '/x' }, body: 'no order' }, 'ISSUER_UNREACHABLE'],
  ])('have a code: %#', async (answer, code) => {
    ca.script('/order', answer);

    await expect(open()).rejects.toMatchObject({ code });
  });

  it('give up when every nonce is refused', async () => {
    ca.script('/order', problem(400, 'badNonce'));

    await expect(open()).rejects.toMatchObject({ code: 'ISSUER_UNREACHABLE' });
    expect(ca.payloads('/order')).toHaveLength(6);
  });
});

describe('requests', () => {
  it('carry our User-Agent', async () => {
    ca.script('/order', ca.order());

    await open();

    expect(new Set(ca.requests.map(({ userAgent }) => userAgent))).toEqual(new Set(['certferry/test']));
  });

  it('use each nonce of an answer instead of asking for one', async () => {
    ca.script('/order', ca.order());
    const issuer = issuerOf();

    await open(issuer);
    await open(issuer);

    expect(ca.requests.filter(({ path }) => path === '/nonce')).toHaveLength(1);
  });
});

describe('profile', () => {
  it('is sent when the CA offers it', async () => {
    ca.directory({ meta: { profiles: { classic: 'As ever' } } });
    ca.script('/order', ca.order());

    await open(issuerOf({ profile: 'classic' }));

    expect(ca.payloads('/order')).toMatchObject([{ profile: 'classic' }]);
  });

  it('is refused with the names of those that are offered', async () => {
    ca.directory({ meta: { profiles: { classic: 'As ever', shortlived: 'Six days' } } });
    const issuer = issuerOf({ profile: 'clasic' });

    await expect(open(issuer)).rejects.toMatchObject({
      code: 'INVALID_SETTINGS',
      message: expect.stringContaining('classic, shortlived'),
    });
    expect(await issuer.check(signal)).toContainEqual(
      expect.objectContaining({ id: 'issuer.profile', outcome: 'block' }),
    );
    expect(ca.payloads('/order')).toEqual([]);
  });
});

describe('replaces', () => {
  const replaced = () => makeCertificate({ keyId: '69885b6b87464041e1b37b847ba0ae2cde01c8d4', serial: '0087654321' });
  const certId = 'aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE';

  it('is sent when the CA has renewal information', async () => {
    ca.directory({ renewalInfo: `${ca.url}/ari` });
    ca.script('/order', ca.order());

    await open(issuerOf(), await replaced());

    expect(ca.payloads('/order')).toMatchObject([{ replaces: certId }]);
  });

  it('is not sent to a CA without renewal information', async () => {
    ca.script('/order', ca.order());

    await open(issuerOf(), await replaced());

    expect(ca.payloads('/order')).toEqual([{ identifiers: [{ type: 'dns', value: 'a.example' }] }]);
  });

  it('is not sent for a self-signed certificate', async () => {
    ca.directory({ renewalInfo: `${ca.url}/ari` });
    ca.script('/order', ca.order());

    await open(issuerOf(), ca.tlsCaPem);

    expect(ca.payloads('/order')).toEqual([{ identifiers: [{ type: 'dns', value: 'a.example' }] }]);
  });

  it.each([
    [409, 'alreadyReplaced'],
    [404, 'malformed'],
    [400, 'malformed'],
    [403, 'unauthorized'],
  ])('is left out after a refusal: %i %s', async (status, kind) => {
    ca.directory({ renewalInfo: `${ca.url}/ari` });
    ca.script('/order', problem(status, kind), ca.order());

    const ticket = await open(issuerOf(), await replaced());

    expect(ticket.url).toBe(`${ca.url}/order/1`);
    expect(ca.payloads('/order')).toMatchObject([{ replaces: certId }, {}]);
    expect(ca.payloads('/order')[1]).not.toHaveProperty('replaces');
  });

  it('is kept out of a rate limit: that is not about it', async () => {
    ca.directory({ renewalInfo: `${ca.url}/ari` });
    ca.script('/order', problem(429, 'rateLimited'));

    await expect(open(issuerOf(), await replaced())).rejects.toMatchObject({ code: 'ISSUER_RATE_LIMITED' });
    expect(ca.payloads('/order')).toHaveLength(1);
  });
});

describe('renewal window', () => {
  const path = '/ari/aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE';
  const leaf = () => makeCertificate({ keyId: '69885b6b87464041e1b37b847ba0ae2cde01c8d4', serial: '0087654321' });
  const suggestedWindow = { start: '2026-12-01T00:00:00Z', end: '2026-12-03T00:00:00+00:00' };

  it.each([
    ['21600', 21_600_000],
    ['1', 60_000],
    ['31536000', 24 * HOUR_MS],
  ])('is what the CA suggests, asked again in bounds: %s', async (retryAfter, retryAfterMs) => {
    ca.directory({ renewalInfo: `${ca.url}/ari/` });
    const body = { suggestedWindow, explanationURL: 'https://ca.example/why' };
    ca.script(path, { headers: { 'retry-after': retryAfter }, body });

    expect(await issuerOf().renewalWindow(await leaf(), signal)).toEqual({
      start: '2026-12-01T00:00:00.000Z',
      end: '2026-12-03T00:00:00.000Z',
      explanationUrl: 'https://ca.example/why',
      retryAfterMs,
    });
  });

  it.each([
    ['the CA does not know the certificate', problem(404, 'malformed')],
    ['it ends before it starts', { body: { suggestedWindow: { ...suggestedWindow, end: '2026-11-01T00:00:00Z' } } }],
    ['it is no window', { body: { suggestedWindow: {} } }],
  ])('is null when %s', async (_, answer) => {
    ca.directory({ renewalInfo: `${ca.url}/ari` });
    ca.script(path, answer);

    expect(await issuerOf().renewalWindow(await leaf(), signal)).toBeNull();
  });

  it('is null when the CA has no renewal information', async () => {
    expect(await issuerOf().renewalWindow(await leaf(), signal)).toBeNull();
  });
});

describe('waiting', () => {
  it('is left to the caller when the CA names a long time', async () => {
    const ticket = await orderTicket();
    ca.script('/order/1/finalize', { ...ca.order(), headers: { 'retry-after': '600' } });

    const failure = issuerOf().issue(ticket, [], await makeCsr(['a.example']), signal);

    await expect(failure).rejects.toMatchObject({ code: 'ISSUER_RATE_LIMITED', retryAfterMs: 600_000 });
  });

  it('ends when it is told to', async () => {
    const ticket = await orderTicket();
    const processing = { body: { ...Object(ca.order().body), status: 'processing' } };
    ca.script('/order/1/finalize', processing);
    ca.script('/order/1', processing);
    const stop = new AbortController();
    const failure = issuerOf().issue(ticket, [], await makeCsr(['a.example']), stop.signal);
    const reason = new Error('stop');

    await expect.poll(() => ca.payloads('/order/1').length).toBeGreaterThan(1);
    stop.abort(reason);

    await expect(failure).rejects.toBe(reason);
  });

  it('ends with the reason when the order becomes invalid', async () => {
    const ticket = await orderTicket();
    const error = { type: 'urn:ietf:params:acme:error:caa', detail: 'CAA forbids it' };
    ca.script('/order/1/finalize', { body: { ...Object(ca.order().body), status: 'processing' } });
    ca.script('/order/1', { body: { ...Object(ca.order().body), status: 'invalid', error } });

    const failure = issuerOf().issue(ticket, [], await makeCsr(['a.example']), signal);

    await expect(failure).rejects.toMatchObject({
      code: 'CHALLENGE_FAILED',
      message: expect.stringContaining('CAA forbids it'),
    });
  });

  async function orderTicket(): Promise<OrderTicket> {
    ca.script('/order', ca.order());
    return open();
  }
});

describe('a lost account', () => {
  const account = (id: number) => ({
    status: 201,
    headers: { location: `${ca.url}/account/${id}` },
    body: { status: 'valid' },
  });

  it.each([
    [400, 'accountDoesNotExist'],
    [401, 'unauthorized'],
  ])('is registered anew and the order placed with it: %i %s', async (status, kind) => {
    ca.script('/account', account(1), account(2));
    ca.script('/order', problem(status, kind), ca.order());

    const ticket = await open();

    expect(ticket.handle).toMatchObject({ account: `${ca.url}/account/2` });
  });

  it('is not what an account means that is still there', async () => {
    ca.script('/order', problem(403, 'unauthorized'));

    await expect(open()).rejects.toMatchObject({ code: 'ISSUER_REFUSED' });
    expect(ca.payloads('/account')).toHaveLength(2);
    expect(ca.payloads('/order')).toHaveLength(1);
  });

  it('takes its orders with it', async () => {
    ca.script('/order', ca.order());
    const issuer = issuerOf();
    const ticket = await open(issuer);
    const previous = { ...ticket, handle: { ...Object(ticket.handle), account: `${ca.url}/account/0` } };

    await issuer.openOrder({ dnsNames: ['a.example'], replacesPem: null }, previous, signal);

    expect(ca.payloads('/order')).toHaveLength(2);
  });
});

describe('an earlier order', () => {
  it.each([
    ['pending', '2026-11-22T11:00:00Z', false],
    ['pending', '2026-11-22T13:00:00Z', true],
    ['valid', '2026-11-22T11:00:00Z', true],
    ['invalid', '2026-11-22T13:00:00Z', false],
  ])('that is %s and expires at %s is taken up: %s', async (status, expires, reused) => {
    const issuer = issuerOf({}, { ...systemClock, now: () => new Date('2026-11-22T12:00:00Z') });
    ca.script('/order', ca.order());
    const previous = await open(issuer);
    ca.script('/order/1', { body: { ...Object(ca.order().body), status, expires } });

    await issuer.openOrder({ dnsNames: ['a.example'], replacesPem: null }, previous, signal);

    expect(ca.payloads('/order')).toHaveLength(reused ? 1 : 2);
  });
});

describe('an order that was finalised before', () => {
  it('is waited for and downloaded when finalising again is refused', async () => {
    const issuing = await makeCa({ subject: 'CN=Issuing' });
    const { csrPem, leafPem } = await makeLeaf(['a.example'], issuing);
    const order = Object(ca.order().body);
    ca.script('/order', ca.order());
    ca.script('/order/1/finalize', problem(403, 'orderNotReady'));
    const valid = { body: { ...order, status: 'valid', certificate: `${ca.url}/cert/1` } };
    ca.script('/order/1', { body: { ...order, status: 'processing' } }, valid);
    ca.script('/cert/1', {
      headers: { 'content-type': 'application/pem-certificate-chain' },
      body: leafPem + issuing.pem,
    });
    const issuer = issuerOf();

    const chain = await issuer.issue(await open(issuer), [], csrPem, signal);

    expect(chain).toMatchObject({ leafPem, rootPem: issuing.pem });
    expect(ca.payloads('/order/1')).toHaveLength(2);
    expect(ca.payloads('/order/1/finalize')).toHaveLength(1);
  });
});

describe('a certificate', () => {
  it('with other names than the CSR is refused', async () => {
    const issuing = await makeCa({ subject: 'CN=Issuing' });
    const { csrPem, leafPem } = await makeLeaf(['a.example'], issuing, ['a.example', 'b.example']);
    ca.script('/order', ca.order());
    const certificate = `${ca.url}/cert/1`;
    ca.script('/order/1/finalize', { body: { ...Object(ca.order().body), status: 'valid', certificate } });
    ca.script('/cert/1', {
      headers: { 'content-type': 'application/pem-certificate-chain' },
      body: leafPem + issuing.pem,
    });
    const issuer = issuerOf();

    const failure = issuer.issue(await open(issuer), [], csrPem, signal);

    await expect(failure).rejects.toMatchObject({
      code: 'CERTIFICATE_MISMATCH',
      message: expect.stringContaining('b.example'),
    });
  });
});

describe('challenges', () => {
  it('must include dns-01', async () => {
    const authorizations = [`${ca.url}/authz/1`];
    ca.script('/order', { ...ca.order(), body: { ...Object(ca.order().body), status: 'pending', authorizations } });
    const identifier = { type: 'dns', value: 'a.example' };
    ca.script('/authz/1', { body: { status: 'pending', identifier, challenges: [{ type: 'dns-persist-01' }] } });
    const issuer = issuerOf();
    const ticket = await open(issuer);

    await expect(issuer.pendingChallenges(ticket, 'dns-01', signal)).rejects.toMatchObject({
      code: 'ISSUER_REFUSED',
      message: 'For a.example the CA accepts dns-persist-01, but not dns-01.',
    });
  });
});

describe('an order that was just placed', () => {
  it('is not given up because the CA does not find its authorization at once', async () => {
    const authorizations = [`${ca.url}/authz/1`];
    ca.script('/order', { ...ca.order(), body: { ...Object(ca.order().body), status: 'pending', authorizations } });
    const identifier = { type: 'dns', value: 'a.example' };
    const challenges = [{ type: 'dns-01', url: `${ca.url}/chall/1`, token: 'token' }];
    ca.script('/authz/1', problem(404, 'malformed'), { body: { status: 'pending', identifier, challenges } });
    const issuer = issuerOf();
    const ticket = await open(issuer);

    const failure = await issuer.pendingChallenges(ticket, 'dns-01', signal).catch((err: unknown) => err);
    const found = await issuer.pendingChallenges(ticket, 'dns-01', signal);

    expect(failure).toMatchObject({ code: 'ISSUER_UNREACHABLE', evidence: { status: 404 } });
    expect(ERRORS.ISSUER_UNREACHABLE.retry).toBe('later');
    expect(found).toMatchObject([{ dnsName: 'a.example' }]);
  });
});

describe('check', () => {
  it.each([
    ['Sun, 22 Nov 2026 12:04:00 GMT', 'ok'],
    ['Sun, 22 Nov 2026 11:50:00 GMT', 'warn'],
    ['Sun, 22 Nov 2026 12:10:00 GMT', 'warn'],
  ])('compares the clocks: %s', async (date, outcome) => {
    const clock = { ...systemClock, now: () => new Date('2026-11-22T12:00:00Z') };
    ca.directory({}, { date });

    expect(await issuerOf({}, clock).check(signal)).toContainEqual(
      expect.objectContaining({ id: 'issuer.clock', outcome }),
    );
  });

  it('gives the CAA identities of the CA', async () => {
    ca.directory({ meta: { caaIdentities: ['ca.example'] } });

    expect(await issuerOf().caaIdentities(signal)).toEqual(['ca.example']);
  });
});

describe('settings', () => {
  it.each([
    [{ eabKid: 'kid' }],
    [{ eabHmac: 'aGk' }],
    [{ eabKid: 'kid', eabHmac: 'not base64!' }],
    [{ directory: 'http://ca.example/dir' }],
  ])('are refused: %j', (more) => {
    expect(() => issuerOf(more)).toThrow(expect.objectContaining({ code: 'INVALID_SETTINGS' }));
  });
});
