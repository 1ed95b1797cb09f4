import { describe, expect, it } from 'vitest';
import { AppError } from '../domain/errors.ts';
import { Secret } from '../domain/secret.ts';
import { systemClock } from './clock.ts';
import type { Exchange } from './exchange.ts';
import type { HttpFactory, HttpRequest, HttpResponse } from './http.ts';
import { Recorder, recordedHttp, recordedSsh } from './recorder.ts';
import type { SshDialer } from './ssh.ts';
import { makeCertificate } from './testing/certificates.ts';

const never = new AbortController().signal;
const PASSWORD = 'pass"word:ü#1';
const BASIC = `Basic ${Buffer.from(`certferry:${PASSWORD}`).toString('base64')}`;

/** An HTTP client that answers what it is told, without a network: the recorder is what is looked at. */
function answering(answer: Partial<HttpResponse> | Error): HttpFactory {
  return () => ({
    request: async () => {
      if (answer instanceof Error) throw answer;
      return { status: 200, headers: {}, body: '', ...answer };
    },
    [Symbol.asyncDispose]: async () => {},
  });
}

async function recorded(answer: Partial<HttpResponse> | Error, input: Partial<HttpRequest> = {}): Promise<Exchange> {
  const recorder = new Recorder(systemClock);
  const client = recordedHttp(answering(answer), recorder)({ trust: { mode: 'public' } });
  const request = {
    method: 'GET',
    url: 'https://cucm.corp.com/x',
    headers: { Authorization: BASIC },
    ...input,
  } as const;
  await client.request({ confirms: () => ['a-fact'], ...request }, never).catch(() => undefined);
  const [exchange] = recorder.take();
  if (!exchange) throw new Error('Nothing was recorded.');
  return exchange;
}

describe('what is recorded of a request', () => {
  it.each([
    ['the password in the answer', { body: `no: ${PASSWORD}` }, {}],
    ['the password in JSON', { body: JSON.stringify({ echo: PASSWORD }) }, {}],
    ['the whole login', { body: `You sent ${BASIC}` }, {}],
    ['the password that is sent', {}, { body: JSON.stringify({ password: PASSWORD }) }],
    ['the password in the address', {}, { url: `https://cucm.corp.com/?p=${encodeURIComponent(PASSWORD)}` }],
    ['a failure that tells it', new Error(`cannot log in with ${PASSWORD}`), {}],
  ])('holds no secret: %s', async (_what, answer, input) => {
    const text = JSON.stringify(await recorded(answer, input));

    expect(text).not.toContain('pass\\"word');
    expect(text).not.toContain('word:ü#1');
    expect(text).not.toContain(BASIC.slice(6));
    expect(text).not.toContain(encodeURIComponent(PASSWORD));
    expect(text).toContain('***');
  });

  it('holds no cookie, no other login and no private key', async () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----';
    const headers = { 'set-cookie': 'JSESSIONID=abcdef123456', authorization: 'Bearer zzzzzzzz', date: 'today' };

    const exchange = await recorded({ body: `${key} Cookie: JSESSIONID=abcdef123456; x=1`, headers });

    expect(exchange.answer).toContain('[private key, removed]');
    expect(exchange.answerHeaders).toEqual({ date: 'today' });
    expect(exchange.headers).toEqual({});
    expect(JSON.stringify(exchange)).not.toMatch(/abcdef123456|zzzzzzzz|MIIEv/);
  });

  it('tells certificates in words, also when the text was cut', async () => {
    const { certPem, sha256 } = await makeCertificate({ commonName: 'cucm.corp.com', dnsNames: ['cucm.corp.com'] });

    const whole = await recorded({ body: JSON.stringify({ certificate: certPem }) });
    const cut = await recorded({ body: certPem.slice(0, 300) });

    expect(whole.answer).toContain(`certificate ${sha256}`);
    expect(whole.answer).toContain('for cucm.corp.com');
    expect(whole.answer).not.toContain('BEGIN');
    expect(cut.answer).toMatch(/^\[certificate, \d+ characters that cannot be read\]$/);
  });
});

describe('a recorder', () => {
  const named = (body: string) => ({ body });
  async function ask(recorder: Recorder, bodies: readonly string[], confirms: readonly string[]) {
    for (const body of bodies) {
      const client = recordedHttp(answering(named(body)), recorder)({ trust: { mode: 'public' } });
      await client.request({ method: 'GET', url: 'https://cucm.corp.com/', confirms: () => confirms }, never);
    }
  }

  it('keeps few exchanges for each unconfirmed fact, and nothing else', async () => {
    const recorder = new Recorder(systemClock);

    await ask(recorder, ['1', '2', '3', '4'], ['a-fact']);
    await ask(recorder, ['5'], []);

    expect(recorder.take().map(({ answer }) => answer)).toEqual(['1', '2', '3']);
    expect(recorder.take()).toEqual([]);
  });

  it('keeps the last exchanges when something failed', async () => {
    const recorder = new Recorder(systemClock);
    await ask(
      recorder,
      Array.from({ length: 20 }, (_, index) => String(index)),
      [],
    );

    recorder.keepRecent();

    expect(recorder.take().map(({ answer }) => answer)).toEqual(['12', '13', '14', '15', '16', '17', '18', '19']);
  });

  it('hears command lines, and a login that was refused', async () => {
    const recorder = new Recorder(systemClock);
    const target = {
      ...{ host: 'cucm.corp.com', port: 22, user: 'certferry', password: new Secret(PASSWORD) },
      ...{ hostKeys: [], legacyAlgorithms: false, prompt: /admin:/ },
    };
    const dialer: SshDialer = {
      hostKey: async () => '',
      open: async () => ({ command: async () => `echo ${PASSWORD}`, [Symbol.asyncDispose]: async () => {} }),
    };
    const denied = { ...dialer, open: () => Promise.reject(new AppError('APPLIANCE_DENIED', `refused ${PASSWORD}`)) };

    await using shell = await recordedSsh(dialer, recorder).open(target, never);
    await shell.command('show myself', never, undefined, ['privilege-line']);
    await recordedSsh(denied, recorder)
      .open(target, never)
      .catch(() => undefined);
    recorder.keepRecent();

    const [myself, login] = recorder.take().filter(({ failure, request }) => failure !== null || request !== '(login)');
    expect(myself).toMatchObject({
      over: 'ssh',
      request: 'show myself',
      answer: 'echo ***',
      confirms: ['privilege-line'],
    });
    expect(login).toMatchObject({ request: '(login)', failure: 'refused ***' });
    expect(recorder.names).toEqual({ hosts: ['cucm.corp.com'], users: ['certferry'] });
  });
});

describe('what is recorded of a form', () => {
  const KEY = '-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----\n';

  it('names its files, without what is secret in them, also where the peer repeats that', async () => {
    const file = { contentType: 'application/x-pem-file', fileName: 'a.pem' };
    const form = [
      { ...file, name: 'certFileUpload', content: 'the certificate' },
      { ...file, name: 'pkFileUpload', content: new Secret(KEY) },
    ];

    const exchange = await recorded({ body: `not like this: ${KEY}` }, { method: 'POST', form });

    expect(exchange.sent).toContain('certFileUpload; a.pem; application/x-pem-file\nthe certificate');
    expect(exchange.sent).toContain('pkFileUpload; a.pem; application/x-pem-file\n***');
    expect(JSON.stringify(exchange)).not.toContain('MIGHAgEA');
  });
});
