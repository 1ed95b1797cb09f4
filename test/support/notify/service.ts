import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';

export interface Request {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly body?: string | object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A notification service on loopback, strict about what it accepts. */
export interface TestService extends AsyncDisposable {
  /** `http://127.0.0.1:1234` */
  readonly url: string;
  /** Everything that came, also what was refused. */
  readonly requests: readonly Request[];
  /** The next request is answered so, whatever it asks. */
  answerNext(answer: Answer): void;
  /** The next request is never answered. */
  hangNext(): void;
}

export async function startService(answer: (request: Request) => Answer): Promise<TestService> {
  const requests: Request[] = [];
  const scripted: (Answer | 'hang')[] = [];
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { method = '', url: path = '', headers } = incoming;
    const request = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
    requests.push(request);
    const next = scripted.shift();
    if (next === 'hang') return;
    const { status, body = '', headers: more = {} } = next ?? answer(request);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const type = typeof body === 'string' ? 'text/plain' : 'application/json';
    response.writeHead(status, { 'content-type': type, ...more }).end(status === 204 ? undefined : text);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    answerNext: (next) => scripted.push(next),
    hangNext: () => scripted.push('hang'),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
