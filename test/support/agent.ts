import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Answer, type Request, startService, type TestService } from './notify/service.ts';
import { serveChosen } from './tls-files.ts';
import { makeTlsCertificate } from './x509.ts';

export const AGENT_SECRET = 'known to the agent and to us';

/** What is documented of an agent (backend/src/appliances/webhook/readme.md): it checks signatures, and serves what it was sent. */
export interface TestAgent extends AsyncDisposable {
  readonly url: string;
  /** Of its TLS server. */
  readonly port: number;
  /** Everything that came. */
  readonly service: TestService;
  /** Bodies that were taken, in order. */
  readonly taken: readonly Readonly<Record<string, unknown>>[];
}

export interface AgentOptions {
  /** Answers 202, with a Location to ask at. */
  readonly slow?: boolean;
  /** In place of a key that was not sent. */
  readonly keyPem?: () => string;
}

export async function startAgent(name: string, { slow = false, keyPem }: AgentOptions = {}): Promise<TestAgent> {
  const first = await makeTlsCertificate([name]);
  let pair = { key: first.keyPem, cert: first.certificatePem };
  let sha256: unknown = null;
  let questions = 0;
  const taken: Record<string, unknown>[] = [];
  const keys = new Set<unknown>();
  const served = await serveChosen(() => pair);
  const take = (request: Request): Answer => {
    const idempotencyKey = request.headers['idempotency-key'];
    if (keys.has(idempotencyKey)) return { status: 409, body: { sha256 } };
    const bundle: Record<string, unknown> = JSON.parse(request.body);
    taken.push(bundle);
    keys.add(idempotencyKey);
    sha256 = bundle.sha256;
    pair = { key: String(bundle.privateKey ?? keyPem?.()), cert: String(bundle.fullchain) };
    return slow
      ? { status: 202, headers: { location: '/jobs/1', 'retry-after': '0' } }
      : { status: 200, body: { sha256, changed: true } };
  };
  const service = await startService((request) => {
    if (!isSigned(request)) return { status: 401, body: 'The signature is wrong.' };
    if (request.method === 'POST') return take(request);
    if (request.path === '/state') return { status: 200, body: { sha256, certificate: pair.cert } };
    questions += 1;
    return { status: slow && questions < 3 ? 202 : 200, headers: { 'retry-after': '0' } };
  });
  return {
    url: `${service.url}/www`,
    ...{ port: served.port, service, taken },
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await served[Symbol.asyncDispose]();
    },
  };
}

function isSigned({ headers, body }: Request): boolean {
  const [, seconds = '', sent = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(`${headers['x-certferry-signature']}`) ?? [];
  const wanted = createHmac('sha256', AGENT_SECRET).update(`${seconds}.${body}`).digest();
  return Math.abs(Date.now() / 1000 - Number(seconds)) < 300 && timingSafeEqual(wanted, Buffer.from(sent, 'hex'));
}
