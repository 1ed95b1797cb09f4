import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeTlsCertificate } from './x509.ts';

/** An answer for one path; a missing one is 404. */
export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string;
}

export interface ScriptedRequest {
  readonly method: string;
  readonly path: string;
  readonly userAgent: string;
  /** Of the JWS, not verified; null when there was none. */
  readonly payload: unknown;
}

/**
 * Answers like an ACME server exactly as told, for what no real test server does: rate limits, profiles, renewal
 * information. It has a directory, nonces and an account; `script` gives the rest, per path, in order; the last one repeats.
 */
export class ScriptedCa implements AsyncDisposable {
  readonly requests: ScriptedRequest[] = [];
  readonly tlsCaPem: string;
  readonly url: string;
  readonly #server: Server;
  readonly #scripts = new Map<string, ScriptedAnswer[]>();

  private constructor(server: Server, tlsCaPem: string, port: number) {
    this.#server = server;
    this.tlsCaPem = tlsCaPem;
    this.url = `https://127.0.0.1:${port}`;
    this.script('/nonce', { headers: {} });
    this.script('/account', { status: 201, headers: { location: `${this.url}/account/1` }, body: { status: 'valid' } });
    this.script('/account/1', { body: { status: 'valid' } });
    this.directory({});
  }

  static async start(): Promise<ScriptedCa> {
    const { certificatePem, keyPem } = await makeTlsCertificate(['127.0.0.1']);
    const server = createServer({ cert: certificatePem, key: keyPem }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    // A server on a TCP port has an AddressInfo.
    const { port } = server.address() as AddressInfo;
    const ca = new ScriptedCa(server, certificatePem, port);
    ca.#serve();
    return ca;
  }

  get directoryUrl(): string {
    return `${this.url}/directory`;
  }

  /** More members for the directory, such as `renewalInfo` and `meta`. */
  directory(more: object, headers: Readonly<Record<string, string>> = {}): void {
    const paths = { newNonce: `${this.url}/nonce`, newAccount: `${this.url}/account`, newOrder: `${this.url}/order` };
    this.script('/directory', { headers, body: { ...paths, ...more } });
  }

  script(path: string, ...answers: readonly ScriptedAnswer[]): void {
    this.#scripts.set(path, [...answers]);
  }

  /** A pending order at `/order/1` without authorizations. */
  order(): ScriptedAnswer {
    const body = { status: 'ready', identifiers: [], authorizations: [], finalize: `${this.url}/order/1/finalize` };
    return { status: 201, headers: { location: `${this.url}/order/1` }, body };
  }

  payloads(path: string): unknown[] {
    return this.requests.filter((request) => request.path === path).map(({ payload }) => payload);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await once(this.#server.close(), 'close');
  }

  #serve(): void {
    this.#server.on('request', async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { method = '', url: path = '', headers } = request;
      const userAgent = headers['user-agent'] ?? '';
      this.requests.push({ method, path, userAgent, payload: payloadOf(Buffer.concat(chunks).toString()) });
      const queue = this.#scripts.get(path) ?? [];
      const { status = 200, headers: named = {}, body } = (queue.length > 1 ? queue.shift() : queue[0]) ?? NOT_FOUND;
      const type = status >= 400 ? 'application/problem+json' : 'application/json';
      const nonce = method === 'GET' ? {} : { 'replay-nonce': `nonce-${this.requests.length}` };
      response.writeHead(status, { ...nonce, 'content-type': type, ...named });
      response.end(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
    });
  }
}

const NOT_FOUND: ScriptedAnswer = {
  status: 404,
  body: { type: 'urn:ietf:params:acme:error:malformed', detail: 'Not found' },
};

/** A problem document. */
export function problem(status: number, kind: string, more: object = {}): ScriptedAnswer {
  return { status, body: { type: `urn:ietf:params:acme:error:${kind}`, detail: `${kind} it is`, ...more } };
}

function payloadOf(body: string): unknown {
  if (body === '') return null;
  const { payload = '' } = JSON.parse(body);
  return payload === '' ? null : JSON.parse(Buffer.from(payload, 'base64url').toString());
}
