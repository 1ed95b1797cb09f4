import { z } from 'zod';
import { type HttpClient, type HttpFactory, type HttpResponse, TransportError } from '../plugins/http.ts';

const PROBLEM = 'urn:ietf:params:acme:error:';

/** RFC 8555, section 9.7.5; what else a server may invent is `other`, so that it cannot make series without end. */
const PROBLEMS = new Set([
  'accountDoesNotExist',
  'alreadyReplaced',
  'alreadyRevoked',
  'badCSR',
  'badNonce',
  'badPublicKey',
  'badRevocationReason',
  'badSignatureAlgorithm',
  'caa',
  'compound',
  'connection',
  'dns',
  'externalAccountRequired',
  'incorrectResponse',
  'invalidContact',
  'invalidProfile',
  'malformed',
  'orderNotReady',
  'rateLimited',
  'rejectedIdentifier',
  'serverInternal',
  'tls',
  'unauthorized',
  'unsupportedContact',
  'unsupportedIdentifier',
  'userActionRequired',
]);

const KINDS = ['newNonce', 'newAccount', 'newOrder', 'newAuthz', 'revokeCert', 'keyChange', 'renewalInfo'] as const;

const Directory = z.looseObject({ newNonce: z.string(), newAccount: z.string(), newOrder: z.string() });

export interface CaListener {
  asked(ca: string, kind: string): void;
  answered(ca: string, answer: string): void;
}

/** Clients of `make`, whose exchanges with CAs `listener` hears. What a URL is for is learnt from the directories that pass by. */
export function heardAtCas(make: HttpFactory, listener: CaListener): HttpFactory {
  return (options) => {
    const client = make(options);
    const directory = new Map<string, string>();
    return {
      request: (input, signal) => heard(client, directory, listener, input, signal),
      [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
    };
  };
}

async function heard(
  client: HttpClient,
  directory: Map<string, string>,
  listener: CaListener,
  ...[input, signal]: Parameters<HttpClient['request']>
): Promise<HttpResponse> {
  const { host } = new URL(input.url);
  const known = kindOf(input.url, directory);
  try {
    const answer = await client.request(input, signal);
    const isDirectory = known === null && input.method === 'GET' && learn(answer, directory);
    listener.asked(host, known ?? (isDirectory ? 'directory' : 'resource'));
    listener.answered(host, answerOf(answer));
    return answer;
  } catch (err) {
    listener.asked(host, known ?? 'resource');
    if (err instanceof TransportError) listener.answered(host, err.kind === 'untrusted' ? 'untrusted' : 'unreachable');
    throw err;
  }
}

/** ARI asks below the address of the directory (RFC 9773, section 4.1). */
function kindOf(url: string, directory: ReadonlyMap<string, string>): string | null {
  for (const [address, kind] of directory) {
    if (url === address || (kind === 'renewalInfo' && url.startsWith(`${address}/`))) return kind;
  }
  return null;
}

function learn({ status, body }: HttpResponse, directory: Map<string, string>): boolean {
  if (status !== 200 || !body.includes('"newNonce"')) return false;
  const parsed = Directory.safeParse(parse(body));
  if (!parsed.success) return false;
  directory.clear();
  for (const kind of KINDS) {
    const address = parsed.data[kind];
    if (typeof address === 'string') directory.set(address, kind);
  }
  return true;
}

function answerOf({ status, body }: HttpResponse): string {
  if (status < 400) return 'ok';
  const { type } = z.object({ type: z.string() }).safeParse(parse(body)).data ?? { type: '' };
  if (!type.startsWith(PROBLEM)) return `http-${status}`;
  const kind = type.slice(PROBLEM.length);
  return PROBLEMS.has(kind) ? kind : 'other';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
