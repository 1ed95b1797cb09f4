import type { IncomingHttpHeaders } from 'node:http';
import { Agent, buildConnector, type Dispatcher, FormData } from 'undici';
import { Secret } from '../domain/secret.ts';
import { Deadline } from './deadline.ts';
import {
  type FormPart,
  type HttpClient,
  type HttpFactory,
  type HttpOptions,
  type HttpRequest,
  type HttpResponse,
  TransportError,
} from './http.ts';
import { shakeHands } from './tls-dialer.ts';
import { transportFailure } from './transport-failure.ts';
import type { Trust } from './trust.ts';

const EXCHANGE_MS = 30_000;
const CONNECT_MS = 10_000;
const LARGEST_BODY = 4 * 1024 * 1024;

export function createHttpFactory(): HttpFactory {
  return (options) => new UndiciHttpClient(options);
}

/**
 * Unless told to keep connections open, every exchange dials anew: a connection kept open may be dead after an
 * appliance restarts, and then nobody could say whether a request on it arrived. So also a pin is compared each time.
 */
class UndiciHttpClient implements HttpClient {
  readonly #agent: Agent;
  readonly #timeoutMs: number;
  readonly #disposed = new AbortController();

  constructor(options: HttpOptions) {
    this.#timeoutMs = options.timeoutMs ?? EXCHANGE_MS;
    this.#agent = new Agent({
      // 0 closes the connection after each answer.
      pipelining: options.keepAlive ? 1 : 0,
      // undici's own timers are coarse (about a second); the deadline of each request is exact.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: connector(options, this.#disposed.signal),
    });
  }

  async request(input: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    signal.throwIfAborted();
    using deadline = new Deadline(signal, input.timeoutMs ?? this.#timeoutMs);
    const exchange = new Exchange(input);
    try {
      return await exchange.run(this.#agent, input, deadline.signal);
    } catch (cause) {
      signal.throwIfAborted();
      throw transportFailure(cause, peerOf(input.url), exchange.maybeSent);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed.abort(new Error('The client was closed.'));
    await this.#agent.destroy();
  }
}

/** One request and its answer, as undici reports them. */
class Exchange implements Dispatcher.DispatchHandler {
  maybeSent = false;
  #controller: Dispatcher.DispatchController | null = null;
  #abortedWith: Error | null = null;
  #status = 0;
  readonly #headers: Record<string, string> = {};
  readonly #chunks: Buffer[] = [];
  readonly #encoding: BufferEncoding;
  #size = 0;
  #resolve: (response: HttpResponse) => void = () => {};
  #reject: (cause: unknown) => void = () => {};

  constructor({ encoding = 'utf8' }: HttpRequest) {
    this.#encoding = encoding;
  }

  async run(agent: Agent, input: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    const answer = new Promise<HttpResponse>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const aborted = () => this.#abort(signal.reason);
    signal.addEventListener('abort', aborted, { once: true });
    try {
      agent.dispatch(dispatchOptions(input), this);
      return await answer;
    } finally {
      signal.removeEventListener('abort', aborted);
    }
  }

  /** Called when a connection stands, right before the first byte is written. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#abortedWith) {
      controller.abort(this.#abortedWith);
      return;
    }
    this.#controller = controller;
    this.maybeSent = true;
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    for (const [name, value] of Object.entries(headers)) {
      this.#headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : (value ?? '');
    }
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > LARGEST_BODY) {
      this.#abort(new Error(`The answer is larger than ${LARGEST_BODY} bytes.`));
    } else {
      this.#chunks.push(chunk);
    }
  }

  onResponseEnd(): void {
    const body = Buffer.concat(this.#chunks).toString(this.#encoding);
    this.#resolve({ status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_: Dispatcher.DispatchController, cause: Error): void {
    this.#reject(cause);
  }

  #abort(reason: unknown): void {
    this.#abortedWith = reason instanceof Error ? reason : new Error(String(reason));
    this.#reject(this.#abortedWith);
    this.#controller?.abort(this.#abortedWith);
  }
}

function dispatchOptions(input: HttpRequest): Dispatcher.DispatchOptions {
  const url = new URL(input.url);
  return {
    origin: url.origin,
    path: url.pathname + url.search,
    method: input.method,
    headers: { ...input.headers },
    body: input.form ? formOf(input.form) : (input.body ?? null),
  };
}

function formOf(parts: readonly FormPart[]): FormData {
  const form = new FormData();
  for (const { name, fileName, contentType, content } of parts) {
    const text = content instanceof Secret ? content.reveal() : content;
    form.append(name, new Blob([text], { type: contentType }), fileName);
  }
  return form;
}

/** For whoever needs more of undici than `HttpClient` has: connects to nobody who shows another certificate. */
export function pinnedAgent(sha256: readonly string[]): Agent {
  return new Agent({ connect: connector({ trust: { mode: 'pin', sha256 } }, new AbortController().signal) });
}

function connector({ trust, serverName, keepAlive }: HttpOptions, disposed: AbortSignal): buildConnector.connector {
  const verified = buildConnector({
    timeout: CONNECT_MS,
    ...(keepAlive ? {} : { maxCachedSessions: 0 }),
    ...verification(trust),
  });
  return (options, callback) => {
    const named = serverName ? { ...options, servername: serverName } : options;
    if (trust.mode !== 'pin' || options.protocol !== 'https:') return verified(named, callback);
    dialPinned(named, trust.sha256, disposed).then(
      (socket) => callback(null, socket),
      (cause) => callback(cause, null),
    );
  };
}

function verification(trust: Trust) {
  const strict = { minVersion: 'TLSv1.2', rejectUnauthorized: true } as const;
  // A bundle may end at an intermediate: whoever gives it means to trust what it holds.
  return trust.mode === 'bundle' ? { ...strict, ca: trust.caPem, allowPartialTrustChain: true } : strict;
}

async function dialPinned(options: buildConnector.Options, pins: readonly string[], signal: AbortSignal) {
  const host = options.hostname.replace(/^\[|\]$/g, '');
  const endpoint = { host, port: Number(options.port || 443), serverName: options.servername || host };
  const { socket, served } = await shakeHands(endpoint, { timeoutMs: CONNECT_MS, signal, alpn: ['http/1.1'] });
  if (pins.includes(served.sha256)) return socket;
  socket.destroy();
  throw new TransportError(
    'untrusted',
    `${endpoint.host}:${endpoint.port} shows the certificate with SHA-256 ${served.sha256}, but pinned is ${pins.join(' or ')}.`,
    false,
  );
}

function peerOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the address';
}
