import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { DnsResponder } from '../../../../../lab/src/ca-sim/testing/dns-responder.ts';

/** acme-dns on loopback, HTTP and DNS: https://github.com/joohoi/acme-dns#api */
export interface AcmeDnsServer extends AsyncDisposable {
  readonly url: string;
  /** `127.0.0.1:5353` */
  readonly nameServer: string;
  /** The zone under which accounts get their names. */
  readonly domain: string;
  /** Values of an account's name, as DNS shows them. */
  values(fulldomain: string): readonly string[];
  /** Sets a value as another user of the account would. */
  set(fulldomain: string, value: string): void;
  /** As if it had been registered. */
  addAccount(account: Pick<Account, 'username' | 'password' | 'subdomain'>): void;
  /** The next request is answered so, whatever it asks. */
  answerNext(answer: Answer): void;
}

interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Account {
  readonly username: string;
  readonly password: string;
  readonly subdomain: string;
  /** Oldest first; the server never has more than two. */
  values: readonly string[];
}

const VALUES_PER_ACCOUNT = 2;

export async function startAcmeDns(domain = 'auth.acme-dns.test'): Promise<AcmeDnsServer> {
  const accounts: Account[] = [];
  const scripted: Answer[] = [];
  const dns = await DnsResponder.start();

  function set(account: Account, value: string): void {
    const name = `${account.subdomain}.${domain}`;
    for (const gone of account.values) dns.removeText(name, gone);
    account.values = [...account.values, value].slice(-VALUES_PER_ACCOUNT);
    for (const kept of account.values) dns.addText(name, kept);
  }

  function ofName(fulldomain: string): Account | undefined {
    return accounts.find(({ subdomain }) => `${subdomain}.${domain}` === fulldomain.toLowerCase());
  }

  function register(body: string): Answer {
    if (body !== '' && !isObject(parse(body))) return refused(400, 'malformed_json_payload');
    const account = { username: randomUUID(), password: randomKey(), subdomain: randomUUID(), values: [] };
    accounts.push(account);
    const { username, password, subdomain } = account;
    const answer = { username, password, fulldomain: `${subdomain}.${domain}`, subdomain, allowfrom: [] };
    return { status: 201, body: JSON.stringify(answer) };
  }

  function update(request: IncomingMessage, body: string): Answer {
    const { 'x-api-user': user, 'x-api-key': key } = request.headers;
    const account = accounts.find(({ username, password }) => username === user && password === key);
    const input = parse(body);
    if (!account || !isObject(input) || input.subdomain !== account.subdomain) return refused(401, 'forbidden');
    const unknown = Object.keys(input).filter((name) => name !== 'subdomain' && name !== 'txt');
    if (unknown.length > 0) return refused(400, `unknown_fields_${unknown.join('_')}`);
    const { txt } = input;
    if (typeof txt !== 'string' || !/^[A-Za-z0-9_-]{43}$/.test(txt)) return refused(400, 'bad_txt');
    set(account, txt);
    return { status: 200, body: `{"txt": "${txt}"}` };
  }

  function answer(request: IncomingMessage, body: string): Answer {
    const next = scripted.shift();
    if (next) return next;
    if (request.method !== 'POST') return { status: 405, body: 'Method Not Allowed' };
    if (request.url === '/register') return register(body);
    if (request.url === '/update') return update(request, body);
    return { status: 404, body: '404 page not found' };
  }

  const http = createServer(async (request, response) => {
    const { status, body = '', headers = {} } = answer(request, await textOf(request));
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');

  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    nameServer: dns.address,
    domain,
    values: (fulldomain) => ofName(fulldomain)?.values ?? [],
    set(fulldomain, value) {
      const account = ofName(fulldomain);
      if (!account) throw new Error(`There is no account with the name ${fulldomain}.`);
      set(account, value);
    },
    addAccount({ username, password, subdomain }) {
      accounts.push({ username, password, subdomain, values: [] });
    },
    answerNext: (next) => scripted.push(next),
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
      await dns[Symbol.asyncDispose]();
    },
  };
}

function refused(status: number, error: string): Answer {
  return { status, body: JSON.stringify({ error }) };
}

/** Forty characters, as acme-dns makes them. */
function randomKey(): string {
  return randomBytes(30).toString('base64url');
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
