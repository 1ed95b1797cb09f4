import { Agent, type ClientRequest, request } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import type { ApiDocument, ApiParameter, JsonSchema } from '../../backend/src/api/openapi/document.ts';
import { ERRORS } from '../../backend/src/domain/errors.ts';
import type { Caller } from './daemon.ts';
import { AnswerCheck, type DocumentedOperation, operationsOf } from './openapi.ts';

/** Odd and malformed requests, made from the OpenAPI document, and what must be true of every answer. */

export interface FuzzOptions {
  readonly url: string;
  readonly document: ApiDocument;
  /** By name. */
  readonly callers: Readonly<Record<string, FuzzCaller>>;
  readonly requests: number;
  readonly seed: number;
  /** Text that no problem may contain: folders. */
  readonly hidden: readonly string[];
}

export interface FuzzCaller {
  /** How often, beside the others. */
  readonly weight: number;
  /** What its requests are sent with. */
  headers(): Promise<Caller>;
  /** A browser that another site makes ask: no change of it may be accepted. */
  readonly forged?: true;
}

export interface FuzzFigures {
  /** That were sent. */
  readonly sent: number;
  /** That Node.js itself refused to send: they never arrived. */
  readonly unsent: number;
  /** `4xx`: how many. */
  readonly byClass: Readonly<Record<string, number>>;
  /** How many routes accepted at least one request. */
  readonly accepted: number;
  /** 502, 503 and 504, by the code that names the other side. */
  readonly otherSides: Readonly<Record<string, number>>;
  readonly troubles: readonly string[];
}

/** Milliseconds: what asks an appliance may take some. */
const DEADLINE_MS = 30_000;
const AT_ONCE = 12;
const READS = ['GET', 'HEAD', 'OPTIONS'];
const OTHER_SIDES = [502, 503, 504];

/** What nothing outside this machine is reached with. */
const HOSTS = [
  '127.0.0.1',
  '::1',
  '',
  ' ',
  '127.0.0.1:99999',
  '[::1',
  'http://127.0.0.1:1/',
  'ftp://127.0.0.1/',
  '://',
];
const REACHING = /^(?:host|url|baseUrl|issuer|directory|server|serverName|applianceHost|apiUrl|homeserver|to|from)$/i;

const ODD_STRINGS = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\u001b[31m',
  '\r\nX-Injected: 1',
  '../../../../etc/passwd',
  '..\\..\\windows',
  '%2e%2e%2f',
  '%',
  '%ff',
  "' OR 1=1 --",
  '#{7*7}{{7*7}}',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  'null',
  'NaN',
  '1e308',
  '-1',
  '٣',
  'ß'.repeat(300),
  '\ud800',
  '\u202e\u200b',
  '👩‍👩‍👧‍👦',
  'x'.repeat(5_000),
];

const oddString = fc.oneof(fc.constantFrom(...ODD_STRINGS), fc.string({ unit: 'binary', maxLength: 40 }));

const oddNumber = fc.constantFrom(
  0,
  -1,
  -0.5,
  1.5,
  1e21,
  1e308,
  2 ** 31,
  2 ** 53,
  2 ** 63,
  -(2 ** 63),
  999_999_999_999,
);

const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  oddString,
  oddNumber,
  fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [null], { a: { b: { c: 1 } } }),
  fc.jsonValue({ maxDepth: 3 }),
);

interface FuzzRequest {
  readonly target: DocumentedOperation;
  readonly method: string;
  readonly path: string;
  readonly caller: string;
  readonly headers: Caller;
  readonly body: string | null;
}

/** Sends them, and says what was answered and what is wrong with it. */
export async function fuzz(options: FuzzOptions): Promise<FuzzFigures> {
  const { document, requests, seed } = options;
  const byClass: Record<string, number> = {};
  const otherSides: Record<string, number> = {};
  const troubles: string[] = [];
  let unsent = 0;
  const check = new AnswerCheck(document);
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const accepted = new Set<string>();
  const queue = fc.sample(requestOf(document, options.callers), { numRuns: requests, seed });
  const note = (answer: Answer, one: FuzzRequest) => {
    const name = `${Math.floor(answer.status / 100)}xx`;
    byClass[name] = (byClass[name] ?? 0) + 1;
    if (answer.status > 0 && answer.status < 300) accepted.add(`${one.target.method} ${one.target.path}`);
    const { code } = answer.json as { readonly code?: string };
    if (OTHER_SIDES.includes(answer.status)) otherSides[`${code}`] = (otherSides[`${code}`] ?? 0) + 1;
    const trouble = troubleOf(answer, one, check, options);
    if (trouble) troubles.push(`${trouble}\n  ${shown(one)}\n  ${answer.text.slice(0, 500)}`);
  };
  const worker = async () => {
    for (let one = queue.pop(); one; one = queue.pop()) {
      const answer = await send(options, one, agent);
      if (answer === null) unsent += 1;
      else note(answer, one);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  agent.destroy();
  return { sent: requests - unsent, unsent, byClass, accepted: accepted.size, otherSides, troubles };
}

function requestOf(document: ApiDocument, callers: FuzzOptions['callers']): fc.Arbitrary<FuzzRequest> {
  const all = operationsOf(document);
  return fc.constantFrom(...all).chain((target) =>
    fc
      .record({
        method: fc.oneof({ weight: 30, arbitrary: fc.constant(target.method) }, { weight: 1, arbitrary: ODD_METHOD }),
        path: pathOf(target),
        caller: fc.oneof(
          ...Object.entries(callers).map(([name, { weight }]) => ({ weight, arbitrary: fc.constant(name) })),
        ),
        headers: headersOf(target),
        body: bodyOf(target, document),
      })
      .map((made) => ({ target, ...made })),
  );
}

const ODD_METHOD = fc.constantFrom('PATCH', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND');

function pathOf({ path, operation }: DocumentedOperation): fc.Arbitrary<string> {
  const segments = path.split('/').map((segment) => (segment.startsWith('{') ? SEGMENT : fc.constant(segment)));
  const known = operation.parameters.filter((parameter) => parameter.in === 'query');
  return fc
    .tuple(fc.tuple(...segments), queryOf(known), TAIL)
    .map(([parts, query, tail]) => `/api/v1${parts.join('/')}${tail}${query}`);
}

const TAIL = fc.oneof(
  { weight: 12, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom('/', '//', '/.', '/..', ';x=1') },
);

const SEGMENT = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('1', '2', '3', '9999') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '0',
      '-1',
      '1e3',
      '0x1',
      '1.5',
      '99999999999999999999',
      '%',
      '%ff',
      '%00',
      '..',
      '%2e%2e%2f%2e%2e',
    ),
  },
  { weight: 2, arbitrary: oddString.map(encoded) },
);

function queryOf(known: readonly ApiParameter[]): fc.Arbitrary<string> {
  const name = fc.oneof(
    ...(known.length === 0 ? [] : [{ weight: 8, arbitrary: fc.constantFrom(...known.map((one) => one.name)) }]),
    { weight: 1, arbitrary: oddString.map(encoded) },
  );
  const value = fc.oneof(
    oddString.map(encoded),
    fc.constantFrom('1', '0', '-1', '501', '1e9', '%', '%zz', 'delivered'),
  );
  const pairs = fc.array(fc.tuple(name, value), { maxLength: 3 });
  return fc.oneof(
    { weight: known.length === 0 ? 30 : 4, arbitrary: fc.constant('') },
    { weight: 2, arbitrary: pairs.map((all) => `?${all.map((pair) => pair.join('=')).join('&')}`) },
  );
}

const CONTENT_TYPES = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/json; charset=utf-16',
  'multipart/form-data',
  'x',
  '',
];

function headersOf({ method }: DocumentedOperation): fc.Arbitrary<Caller> {
  const json = fc.constant<Caller>(method === 'GET' ? {} : { 'content-type': 'application/json' });
  const odd = fc.oneof(
    fc.constantFrom(...CONTENT_TYPES).map((type): Caller => ({ 'content-type': type })),
    fc
      .constantFrom('*', '"1"', '"0"', 'W/"1"', '1', '"99999999999999999999"', '"1", "2"', '')
      .map((tag): Caller => ({ 'content-type': 'application/json', 'if-match': tag })),
    fc
      .constantFrom('k', 'k2', '', ' ', 'x'.repeat(300), 'ü')
      .map((key): Caller => ({ 'content-type': 'application/json', 'idempotency-key': key })),
    fc.constantFrom<Caller>(
      { host: 'evil.example' },
      { host: '' },
      { host: 'a:b:c' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: '%' },
      { 'x-forwarded-for': 'x, y', 'x-forwarded-proto': 'gopher', 'x-forwarded-host': '<' },
      { cookie: 'certferry=%ff; __Host-certferry=..; =;' },
      { 'last-event-id': '-1' },
      { range: 'bytes=5-1' },
      { 'content-encoding': 'gzip', 'content-type': 'application/json' },
      { 'content-encoding': 'nope', 'content-type': 'application/json' },
      { accept: 'text/html', 'accept-encoding': 'x;q=9' },
      { expect: 'something' },
      { authorization: 'Basic Og==' },
      { authorization: `Bearer ${'x'.repeat(4_000)}` },
    ),
  );
  return fc.oneof({ weight: 8, arbitrary: json }, { weight: 1, arbitrary: odd });
}

function bodyOf({ operation }: DocumentedOperation, document: ApiDocument): fc.Arbitrary<string | null> {
  const schema = operation.requestBody?.content['application/json']?.schema;
  const none = fc.constant(null);
  const broken = fc.constantFrom(
    '{',
    '[',
    '"',
    '{"a":',
    '\u0000',
    '{"a":1}}',
    `${'['.repeat(20_000)}`,
    nested(200),
    nested(20_000),
    `"${'x'.repeat(300_000)}"`,
    '{"__proto__":{"x":1}}',
    '\ufeff{}',
    '1e999',
  );
  if (!schema) {
    return fc.oneof(
      { weight: 24, arbitrary: none },
      { weight: 1, arbitrary: broken },
      { weight: 1, arbitrary: oddValue.map(text) },
    );
  }
  return fc.oneof(
    { weight: 10, arbitrary: fittingValue(schema, { document, strict: true }, '').map(text) },
    { weight: 10, arbitrary: likeValue(schema, { document, strict: false }, '').map(text) },
    { weight: 2, arbitrary: oddValue.map(text) },
    { weight: 1, arbitrary: broken },
    { weight: 1, arbitrary: none },
  );
}

interface Making {
  readonly document: ApiDocument;
  /** Every part fits. */
  readonly strict: boolean;
}

/** What mostly fits the schema; each part of it may be something else. */
function likeValue(schema: JsonSchema, making: Making, name: string): fc.Arbitrary<unknown> {
  const fitting = fittingValue(schema, making, name);
  return making.strict || REACHING.test(name)
    ? fitting
    : fc.oneof({ weight: 14, arbitrary: fitting }, { weight: 1, arbitrary: oddValue });
}

function fittingValue(schema: JsonSchema, making: Making, name: string): fc.Arbitrary<unknown> {
  const { $ref, anyOf, oneOf, enum: values, type, items } = schema;
  const { document, strict } = making;
  if (typeof $ref === 'string')
    return likeValue((document.components.schemas?.[$ref.split('/').at(-1) ?? ''] ?? {}) as JsonSchema, making, name);
  const branches = anyOf ?? oneOf;
  if (Array.isArray(branches)) return fc.oneof(...branches.map((one: JsonSchema) => likeValue(one, making, name)));
  if (Array.isArray(values)) return fc.constantFrom(...values);
  if ('const' in schema) return fc.constant(schema.const);
  if (type === 'object') return objectOf(schema, making);
  if (type === 'array') return arrayOf(schema, (items ?? {}) as JsonSchema, making, name);
  if (type === 'integer' || type === 'number') return numberOf(schema, strict);
  if (type === 'boolean') return fc.boolean();
  if (type === 'null') return fc.constant(null);
  return strict ? goodString(schema, name) : stringFor(name);
}

function arrayOf(schema: JsonSchema, items: JsonSchema, making: Making, name: string): fc.Arbitrary<unknown> {
  const least = making.strict ? Number(schema.minItems ?? 0) : 0;
  return fc.array(likeValue(items, making, name), { minLength: least, maxLength: Math.max(3, least) });
}

function numberOf({ minimum, maximum }: JsonSchema, strict: boolean): fc.Arbitrary<unknown> {
  if (!strict) return fc.oneof(fc.constantFrom(1, 2, 3, 30), oddNumber);
  const [least, most] = [Number(minimum ?? 0), Number(maximum ?? 1_000)];
  return fc.constantFrom(...[1, 2, 3, 30, least, most].filter((one) => one >= least && one <= most));
}

function objectOf(schema: JsonSchema, making: Making): fc.Arbitrary<unknown> {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, JsonSchema>>;
  const known = Object.entries(properties).map(([name, one]) => [name, likeValue(one, making, name)] as const);
  const required = schema.required as readonly string[] | undefined;
  const shape = fc.record(Object.fromEntries(known), { requiredKeys: [...(required ?? [])] });
  const free = known.length === 0 ? SETTINGS : fc.constant({});
  if (making.strict) return fc.tuple(shape, free).map(([own, settings]) => ({ ...settings, ...own }));
  const lacking = fc.oneof(
    { weight: 14, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.constantFrom('', ...Object.keys(properties)) },
  );
  const extra = fc.oneof(
    { weight: 14, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.record({ surplus: oddValue }) },
  );
  return fc.tuple(shape, free, extra, lacking).map(([own, settings, more, without]) => {
    const all: Record<string, unknown> = { ...settings, ...own, ...more };
    delete all[without];
    return all;
  });
}

/** Of plugins, whose settings are objects without names in the document. */
const SETTINGS = fc.record(
  {
    host: fc.constantFrom(...HOSTS),
    user: oddString,
    password: oddString,
    trust: fc.constantFrom('public', 'pin', 'bundle', 'none'),
    caBundle: oddString,
    directory: fc.constantFrom(...HOSTS),
    termsOfServiceAgreed: fc.boolean(),
    server: fc.constantFrom(...HOSTS),
    keyName: oddString,
    keySecret: oddString,
    url: fc.constantFrom(...HOSTS),
  },
  { requiredKeys: [] },
);

const WORDS: Readonly<Record<string, readonly string[]>> = {
  plugin: ['vos', 'self', 'acme', 'rfc2136', 'manual', 'webhook', 'syslog', 'nope'],
  slot: ['tomcat', 'CallManager', 'nope'],
  start: ['02:00', '24:00', '2:0'],
  from: ['2026-12-20', '2026-02-30'],
  to: ['2027-01-06', '0000-00-00'],
  zone: ['UTC', 'Europe/Berlin', 'Mars/Base'],
  at: ['07:30', '25:00'],
  timeZone: ['UTC', '+01:00'],
  suffix: ['example.com', '.', 'a..b'],
  dnsNames: ['cucm-pub.lab.example.com', '*.', 'a b'],
  password: ['plum yonder quartz vessel', 'x'],
  next: ['plum yonder quartz vessels', 'x'],
  sha256: ['ab'.repeat(32), 'zz'],
  oldUntil: ['2030-01-01T00:00:00Z', '1970-01-01T00:00:00Z', '+275760-09-13T00:00:00Z'],
};

/** What people would type: the handler is met, and not only what stands before it. */
function goodString({ format, minLength, maxLength }: JsonSchema, name: string): fc.Arbitrary<string> {
  const [good] = WORDS[name] ?? [];
  if (good !== undefined) return fc.constant(good);
  if (REACHING.test(name)) return fc.constantFrom(...HOSTS);
  if (format === 'date-time') return fc.constant('2030-01-01T00:00:00Z');
  const least = Math.max(1, Number(minLength ?? 1));
  const letters = fc.constantFrom(...'abcdefghij0123456789');
  return fc.string({ unit: letters, minLength: least, maxLength: Math.min(least + 12, Number(maxLength ?? 100)) });
}

function stringFor(name: string): fc.Arbitrary<string> {
  const words = WORDS[name];
  if (words) return fc.constantFrom(...words);
  if (REACHING.test(name)) return fc.constantFrom(...HOSTS);
  return fc.oneof(
    { weight: 3, arbitrary: fc.string({ minLength: 1, maxLength: 12 }) },
    { weight: 1, arbitrary: oddString },
  );
}

interface Answer {
  /** 0 when none came. */
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly json: unknown;
}

/**
 * Never rejects: what went wrong is the text of an answer without a status. Null of what Node.js itself refuses to send: such bytes are
 * sent over a bare socket.
 */
async function send({ url, callers }: FuzzOptions, one: FuzzRequest, agent: Agent): Promise<Answer | null> {
  // Said always: a body without its length would be read as the next request.
  const length = one.body === null ? {} : { 'content-length': String(Buffer.byteLength(one.body)) };
  const headers = { ...(await callers[one.caller]?.headers()), ...one.headers, ...length };
  return await new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const failed = (text: string) => resolve({ status: 0, type: '', text, json: {} });
    let asked: ClientRequest;
    try {
      asked = request({ hostname, port, agent, path: one.path, method: one.method, headers: sendable(headers) });
    } catch {
      resolve(null);
      return;
    }
    const late = setTimeout(() => asked.destroy(new Error(`no answer within ${DEADLINE_MS} ms`)), DEADLINE_MS);
    asked.on('close', () => clearTimeout(late));
    asked.on('error', (err) => failed(String(err)));
    asked.on('response', (response) => {
      const type = response.headers['content-type'] ?? '';
      const chunks: Buffer[] = [];
      const done = () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, type, text, json: parsed(text) });
      };
      if (type.startsWith('text/event-stream')) {
        asked.destroy();
        done();
        return;
      }
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', done);
    });
    asked.end(one.body ?? undefined);
  });
}

function sendable(headers: Caller): Caller {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => !/[^\t\x20-\x7e\x80-\xff]/.test(value)));
}

function isDocumented(target: DocumentedOperation, method: string, type: string): boolean {
  return method === target.method && /^application\/json(?:;|$)/.test(type);
}

/** What a browser must not do without the word of our page. */
function wantsOurWord({ operation }: DocumentedOperation, method: string): boolean {
  return !READS.includes(method) && operation['x-role'] !== 'anyone';
}

/** Null when the answer is one that may be given. */
function troubleOf(
  { status, type, text, json }: Answer,
  { target, method, caller }: FuzzRequest,
  check: AnswerCheck,
  { hidden, callers }: FuzzOptions,
): string | null {
  if (status === 0) return 'no answer';
  if (/\n\s+at .+:\d+:\d+|node_modules|\.ts:\d+/.test(text)) return 'a stack trace';
  if (status < 400 && wantsOurWord(target, method) && callers[caller]?.forged)
    return 'a change that another site asked for';
  // The answer to it has no body to look at.
  if (method === 'HEAD') return isOurFault(status) ? `${status} to HEAD` : null;
  if (status < 400) return isDocumented(target, method, type) ? check.trouble(target, status, json) : null;
  const found = hidden.find((words) => text.includes(words));
  if (found !== undefined) return `a path: ${found}`;
  const { code, requestId } = json as { readonly code?: string; readonly requestId?: string };
  if (!type.startsWith('application/problem+json') || requestId === undefined) return `no problem document: ${status}`;
  const row = ERRORS[code as keyof typeof ERRORS];
  if (row?.status !== status) return `a code of another status: ${code}`;
  return isOurFault(status) ? `${status} ${code}` : null;
}

function isOurFault(status: number): boolean {
  return status >= 500 && !OTHER_SIDES.includes(status);
}

/** What no client would write: each is sent as it is. The status line that came back; empty when the connection was closed. */
export function bare(url: string, bytes: string, deadlineMs = 5_000): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.end(Buffer.from(bytes, 'latin1')));
    socket.setTimeout(deadlineMs, () => {
      socket.destroy();
      reject(new Error(`The daemon neither answered nor hung up within ${deadlineMs} ms: ${bytes.slice(0, 80)}`));
    });
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
}

/** Milliseconds between two pieces of a request that trickles. */
const DROP_MS = 50;

/**
 * Sends `head` and then `piece` after `piece`, as long as somebody listens. What came back; rejects when nobody hung up within
 * `deadlineMs`.
 */
export function trickle(url: string, head: string, piece: string, deadlineMs = 10_000): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(head));
    const drops = setInterval(() => socket.writable && socket.write(piece), DROP_MS);
    const late = setTimeout(() => {
      socket.destroy();
      reject(new Error(`The daemon did not hang up within ${deadlineMs} ms.`));
    }, deadlineMs);
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearInterval(drops);
      clearTimeout(late);
      resolve(Buffer.concat(chunks).toString('utf8'));
    });
  });
}

function shown({ method, path, caller, headers, body }: FuzzRequest): string {
  return `${method} ${path.slice(0, 200)} as ${caller} ${JSON.stringify(headers).slice(0, 200)} ${body?.slice(0, 300) ?? ''}`;
}

function nested(depth: number): string {
  return `{"settings":${'['.repeat(depth)}${']'.repeat(depth)}}`;
}

function text(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

function encoded(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString('utf8')) || '%20';
}
