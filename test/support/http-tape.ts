import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Agent, request as send } from 'undici';
import { makeTlsCertificate } from './x509.ts';

/** One request and its answer, without what changes from time to time. Plain JSON. */
export interface HttpExchange {
  /** `POST /v1/zones?page=1` */
  readonly request: string;
  /** Those that change what is meant: kind of content and conditions. Nothing that proves who asks. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly status: number;
  readonly answerHeaders: Readonly<Record<string, string>>;
  readonly answer: unknown;
}

export interface TapeOptions {
  /** What is different each time, beside UUIDs and instants. */
  readonly volatile: readonly RegExp[];
  readonly tls: boolean;
}

interface Tape extends AsyncDisposable {
  readonly origin: string;
  /** The certificate to trust, where it speaks TLS. */
  readonly caPem: string | null;
}

interface Message {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const REQUEST_HEADERS = ['content-type', 'if-match', 'if-none-match'];
const ANSWER_HEADERS = ['content-type', 'etag', 'link', 'retry-after'];
/** What a login sends and gets; none of it belongs into a file. */
const CREDENTIALS =
  /((?:access_token|assertion|client_secret|client_info|client-request-id|client-[a-z-]+|x-[a-z-]+)(?:"\s*:\s*"|=))[^"&]+/gi;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** Stands before a service, passes everything on, and keeps it. */
export async function startRecorder(
  upstream: { readonly url: string; readonly caPem?: string },
  options: TapeOptions,
): Promise<Tape & { readonly exchanges: readonly HttpExchange[] }> {
  const exchanges: HttpExchange[] = [];
  const dispatcher = new Agent(upstream.caPem ? { connect: { ca: upstream.caPem } } : {});
  const steady = new Steady(options.volatile);
  const { origin } = new URL(upstream.url);
  const tape = await serve(options, async (message, response) => {
    const { method, path, body } = message;
    const { 'transfer-encoding': _, connection: __, ...headers } = message.headers;
    const content = body === '' ? {} : { body };
    // With the Host header as it came, because signatures cover it.
    const answered = await send(`${origin}${path}`, {
      method: method as 'GET',
      headers,
      dispatcher,
      ...content,
    });
    const answer = await answered.body.text();
    exchanges.push({
      ...steady.asked(message, tape.origin),
      status: answered.statusCode,
      answerHeaders: steady.headers(answered.headers, ANSWER_HEADERS, tape.origin),
      answer: steady.content(answer, tape.origin),
    });
    const { 'transfer-encoding': ___, connection: ____, ...answerHeaders } = answered.headers;
    response.writeHead(answered.statusCode, answerHeaders).end(answer);
  });
  return {
    ...tape,
    exchanges,
    async [Symbol.asyncDispose]() {
      await tape[Symbol.asyncDispose]();
      await dispatcher.close();
    },
  };
}

/** Answers each recorded request once, as it was answered then; what was not recorded with 501. */
export async function startReplay(
  exchanges: readonly HttpExchange[],
  options: TapeOptions,
): Promise<Tape & { readonly unexpected: readonly string[]; readonly unused: readonly string[] }> {
  const left = [...exchanges];
  const unexpected: string[] = [];
  const steady = new Steady(options.volatile);
  const tape = await serve(options, async (message, response) => {
    const asked = JSON.stringify(steady.asked(message, tape.origin));
    const index = left.findIndex(({ request, headers, body }) => JSON.stringify({ request, headers, body }) === asked);
    const [exchange] = index < 0 ? [] : left.splice(index, 1);
    if (!exchange) {
      unexpected.push(asked);
      response.writeHead(501).end('This was not recorded.');
      return;
    }
    const { status, answerHeaders, answer } = exchange;
    const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
    const said = text.replaceAll(ORIGIN, tape.origin);
    steady.content(said, tape.origin);
    response.writeHead(status, answerHeaders).end(said);
  });
  return {
    ...tape,
    unexpected,
    get unused() {
      return left.map(({ request }) => request);
    },
  };
}

const ORIGIN = 'http://api.invalid';

/** Puts the same in the place of what differs each time, in the order in which it comes up. */
class Steady {
  readonly #volatile: readonly RegExp[];
  readonly #known = new Map<string, string>();
  #last = 0;

  constructor(volatile: readonly RegExp[]) {
    this.#volatile = [UUID, ...volatile];
  }

  asked({ method, path, headers, body }: Message, origin: string): Pick<HttpExchange, 'request' | 'headers' | 'body'> {
    return {
      request: `${method} ${this.#text(path, origin)}`,
      headers: this.headers(headers, REQUEST_HEADERS, origin),
      body: this.content(body, origin),
    };
  }

  headers(headers: IncomingMessage['headers'], names: readonly string[], origin: string): Record<string, string> {
    const kept = names.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, this.#text(value, origin)]] : [];
    });
    return Object.fromEntries(kept) as Record<string, string>;
  }

  content(text: string, origin: string): unknown {
    const said = this.#text(text, origin);
    try {
      return JSON.parse(said);
    } catch {
      return said;
    }
  }

  #text(text: string, origin: string): string {
    const here = text
      .replaceAll(origin, ORIGIN)
      .replaceAll(encodeURIComponent(origin), encodeURIComponent(ORIGIN))
      .replace(CREDENTIALS, '$1***')
      .replace(INSTANT, '2026-01-01T00:00:00.000Z');
    return this.#volatile.reduce((said, pattern) => said.replace(pattern, (match) => this.#named(match)), here);
  }

  /** Of the same form, because a client may look at it. What was named before keeps its name. */
  #named(match: string): string {
    const number = /^[0-]*0([1-9]\d{0,3})$/.exec(match)?.[1];
    if (number) {
      this.#last = Math.max(this.#last, Number(number));
      return match;
    }
    const known = this.#known.get(match);
    if (known) return known;
    this.#last += 1;
    const digits = String(this.#last);
    const named = match.replace(/[0-9a-f]/gi, '0').slice(0, -digits.length) + digits;
    this.#known.set(match, named);
    return named;
  }
}

async function serve(
  { tls }: Pick<TapeOptions, 'tls'>,
  answer: (message: Message, response: Parameters<RequestListener>[1]) => Promise<void>,
): Promise<Tape> {
  const listener: RequestListener = async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url: path = '', headers } = request;
    await answer({ method, path, headers, body: Buffer.concat(chunks).toString() }, response);
  };
  const made = tls ? await makeTlsCertificate(['127.0.0.1']) : null;
  const server: Server = made
    ? createHttpsServer({ cert: made.certificatePem, key: made.keyPem }, listener)
    : createHttpServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    caPem: made?.certificatePem ?? null,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
