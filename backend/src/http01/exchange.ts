import { type ClientRequest, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { SightReason } from './sight.ts';

/** One request of a CA: to this address, whatever the name of the URL resolves to. */
export interface Ask {
  readonly url: URL;
  readonly address: string;
  /** Where it is dialled. */
  readonly port: number;
  readonly userAgent: string;
  readonly timeoutMs: number;
}

export type Answer =
  | { readonly status: number; readonly location: string | null; readonly body: string }
  | { readonly reason: SightReason; readonly detail: string };

/** Bytes. A key authorization has less than 100. */
const LONGEST_BODY = 4_096;

/** Rejects only with the signal's reason. */
export async function ask(asked: Ask, signal: AbortSignal): Promise<Answer> {
  const limit = AbortSignal.timeout(asked.timeoutMs);
  let connected = false;
  try {
    return await exchange(asked, AbortSignal.any([signal, limit]), () => {
      connected = true;
    });
  } catch (err) {
    signal.throwIfAborted();
    if (limit.aborted) return silence(asked, connected);
    return failure(asked, err);
  }
}

function exchange(asked: Ask, signal: AbortSignal, onConnect: () => void): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const req = open(asked, signal);
    req.on('socket', (socket) => socket.once('connect', onConnect));
    req.on('error', reject);
    req.on('response', (res) => {
      const chunks: Buffer[] = [];
      const status = res.statusCode ?? 0;
      const { location = null } = res.headers;
      const finish = () => {
        resolve({ status, location, body: Buffer.concat(chunks).toString('utf8').slice(0, LONGEST_BODY) });
        res.destroy();
      };
      res.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        if (chunks.reduce((sum, { length }) => sum + length, 0) >= LONGEST_BODY) finish();
      });
      res.on('end', finish);
      res.on('error', reject);
    });
    req.end();
  });
}

function open({ url, address, port, userAgent }: Ask, signal: AbortSignal): ClientRequest {
  const options: RequestOptions = {
    method: 'GET',
    host: address,
    port,
    path: `${url.pathname}${url.search}`,
    setHost: false,
    headers: { host: url.host, 'user-agent': userAgent, accept: '*/*', connection: 'close' },
    agent: false,
    signal,
  };
  if (url.protocol === 'http:') return requestHttp(options);
  const servername = isIP(url.hostname) === 0 ? { servername: url.hostname } : {};
  // CAs do not look at certificates here either: the one that is to come may be the first.
  // https://letsencrypt.org/docs/challenge-types/#http-01-challenge
  return requestHttps({ ...options, ...servername, rejectUnauthorized: false });
}

function silence({ port, timeoutMs }: Ask, connected: boolean): Answer {
  const seconds = timeoutMs / 1000;
  const detail = connected
    ? `took the connection at port ${port}, but did not answer within ${seconds} s`
    : `did not answer at port ${port} within ${seconds} s: a firewall may drop the packets`;
  return { reason: connected ? 'reset' : 'timeout', detail };
}

function failure({ port, url }: Ask, err: unknown): Answer {
  const code = err instanceof Error && 'code' in err ? String(err.code) : '';
  const words = err instanceof Error ? err.message : String(err);
  const known = KNOWN[code];
  if (known) return { reason: known, detail: DETAILS[known](port) };
  if (code.startsWith('HPE_')) return { reason: 'not-http', detail: `does not speak HTTP at port ${port}` };
  if (url.protocol === 'https:') return { reason: 'tls', detail: `agrees on no TLS at port ${port} (${words})` };
  return { reason: 'reset', detail: `broke the connection at port ${port} (${words})` };
}

const KNOWN: Readonly<Record<string, 'refused' | 'timeout' | 'no-route' | 'reset'>> = {
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'no-route',
  ENETUNREACH: 'no-route',
  EADDRNOTAVAIL: 'no-route',
  EAFNOSUPPORT: 'no-route',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
};

const DETAILS = {
  refused: (port: number) => `refused the connection at port ${port}`,
  timeout: (port: number) => `did not answer at port ${port}: a firewall may drop the packets`,
  'no-route': () => 'cannot be reached from this host: there is no way to the address',
  reset: (port: number) => `broke the connection at port ${port}`,
} as const;
