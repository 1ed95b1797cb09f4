import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiDocument } from '../../backend/src/api/openapi/document.ts';
import { OPERATIONS } from '../../backend/src/api/operations/index.ts';
import { routesOf } from '../../backend/src/api/route-table.ts';
import { apiRouter } from '../../backend/src/api/router.ts';
import type { Listening } from '../../backend/src/server.ts';
import { OPENAPI_FILE, openApiText } from '../../tools/docs/openapi.ts';
import { Journey } from '../support/journey.ts';
import { AnswerCheck, operationsOf } from '../support/openapi.ts';
import { ROOT, read } from '../support/repository.ts';

let journey: Journey;
let server: Listening;
let document: ApiDocument;

beforeAll(async () => {
  journey = await Journey.start();
  server = await journey.listen();
  const answer = await fetch(`${server.url}/api/v1/openapi.json`);
  document = (await answer.json()) as ApiDocument;
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await journey[Symbol.asyncDispose]();
});

interface Sent {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

function call(method: string, path: string, { body, headers = {} }: Sent = {}): Promise<Response> {
  return fetch(`${server.url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${journey.secrets.accessToken.reveal()}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body === undefined ? null : JSON.stringify(body),
  });
}

async function problem(answer: Response): Promise<Readonly<Record<string, unknown>>> {
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  return (await answer.json()) as Record<string, unknown>;
}

describe('the document', () => {
  it('has every route: describe a new one in backend/src/api/operations/', () => {
    const routes = routesOf(apiRouter(journey.app)).map(({ method, path }) => `${method} ${path}`);

    expect(routes.filter((route) => !(route in OPERATIONS))).toEqual([]);
    expect(Object.keys(OPERATIONS).filter((route) => !routes.includes(route))).toEqual([]);
    expect(operationsOf(document)).toHaveLength(routes.length);
  });

  it(`is ${OPENAPI_FILE}: npm run generate`, async () => {
    expect(read(OPENAPI_FILE)).toBe(await openApiText());
  });

  it('refers to nothing that is not there, and names each operation once', () => {
    const text = JSON.stringify(document);
    const references = [...text.matchAll(/"#\/components\/(\w+)\/(\w+)"/g)];
    const ids = operationsOf(document).map(({ operation }) => operation.operationId);

    expect(references.filter(([, kind = '', name = '']) => !document.components[kind]?.[name])).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says who may call what, and how', () => {
    expect(document.paths['/connections/{id}/renewals']?.post).toMatchObject({
      'x-role': 'operator',
      security: [{ token: [] }, { session: [], csrf: [] }],
      parameters: [
        { name: 'id', in: 'path', required: true },
        { name: 'Idempotency-Key', in: 'header' },
      ],
      responses: { 201: {}, 401: {}, 403: {}, 404: {}, 409: {}, 415: {}, default: {} },
    });
  });

  it('holds no schema beside which a handler has another one', () => {
    const shown = new Set(
      [...filesText('operations')].flatMap((text) =>
        [...text.matchAll(/(?:body|query): (?:\w+\.)?(\w+)/g)].map(second),
      ),
    );
    const parsed = handlersText().flatMap(parsesOf);

    expect(parsed.length).toBeGreaterThan(40);
    expect(parsed.filter((name) => !shown.has(name))).toEqual([]);
  });

  it('is shown to people under the strict policy', async () => {
    const answer = await fetch(`${server.url}/api/docs`);
    const page = await answer.text();
    const [, nonce] = /'nonce-([^']+)'/.exec(answer.headers.get('content-security-policy') ?? '') ?? [];

    expect(answer.status).toBe(200);
    expect(page).toContain(`<style nonce="${nonce}">`);
    expect(page).toContain('/api/v1/connections/{id}/renewals');
    expect(page).not.toMatch(/<script|src=|style=|https?:\/\//);
  });
});

describe('real answers', () => {
  it('are as the document says', { timeout: 60_000 }, async () => {
    const { id } = await journey.renew({ goal: 'issue', activation: null });
    const check = new AnswerCheck(document);
    const troubles: unknown[] = [];
    const get = operationsOf(document).filter(({ method, path }) => method === 'GET' && path !== '/events');
    const named: Readonly<Record<string, string>> = {
      '/renewals/{id}': `/renewals/${id}`,
      '/renewals/{id}/exchanges': `/renewals/${id}/exchanges`,
      '/renewals/{id}/evidence': `/renewals/${id}/evidence`,
    };

    const filled = [
      [
        'POST',
        '/calendars',
        { name: 'Nights', zone: 'UTC', openings: [{ days: ['sat'], start: '02:00', minutes: 60 }] },
      ],
      ['POST', '/notifiers', { name: 'Log', plugin: 'webhook', settings: { url: 'http://127.0.0.1:9/' } }],
      [
        'POST',
        '/issuers',
        { name: 'CA', plugin: 'acme', settings: { directory: 'https://127.0.0.1:9/', termsOfServiceAgreed: true } },
      ],
      ['POST', '/users', { name: 'ada', role: 'viewer', password: 'plum yonder quartz vessel' }],
      ['POST', '/tokens', { name: 'script', role: 'viewer' }],
      ['POST', '/backups', undefined],
      ['POST', '/lab/connection', undefined],
      ['POST', '/connections/1/preflight', undefined],
      ['POST', '/bulk/plan', { action: 'disable', connectionIds: [1] }],
      ['POST', '/bulk', { action: 'disable', connectionIds: [1] }],
    ] as const;
    for (const [method, path, body] of filled) {
      const answer = await call(method, path, { body });
      const documented = operationsOf(document).find(
        (one) => one.method === method && one.path === path.replace('/1', '/{id}'),
      );
      const text = await answer.text();
      if (answer.status >= 300) troubles.push(`${method} ${path}: ${text}`);
      else if (documented) troubles.push(check.trouble(documented, answer.status, JSON.parse(text)));
    }
    for (const one of get) {
      const answer = await call('GET', named[one.path] ?? one.path.replaceAll(/\{\w+\}/g, '1'));
      const isJson = /json$|json;/.test(answer.headers.get('content-type') ?? '');
      if (isJson) troubles.push(check.trouble(one, answer.status, await answer.json()));
    }

    expect(troubles.filter((trouble) => trouble !== null)).toEqual([]);
  });
});

describe('a request', () => {
  it.each<[string, string, string, Sent & { readonly raw?: string }, number, string, RegExp]>([
    [
      'with a name in the query that is not known',
      'GET',
      '/renewals?limt=5',
      {},
      400,
      'BAD_REQUEST',
      /limt.*limit, before/,
    ],
    ['with a query where none is taken', 'GET', '/plugins?x=1', {}, 400, 'BAD_REQUEST', /takes none/],
    [
      'with a field that is not known',
      'POST',
      '/connections/1/renewals',
      { body: { gaol: 'issue' } },
      400,
      'BAD_REQUEST',
      /gaol/,
    ],
    ['with a body where none is taken', 'POST', '/backups', { body: { now: true } }, 400, 'BAD_REQUEST', /now/],
    [
      'with a method that is not known',
      'PATCH',
      '/connections/1',
      { body: {} },
      405,
      'METHOD_NOT_ALLOWED',
      /GET, HEAD, PUT/,
    ],
    ['with too large a body', 'POST', '/connections', { body: 'x'.repeat(300_000) }, 413, 'BODY_TOO_LARGE', /large/],
    [
      'of a form',
      'POST',
      '/connections',
      { body: 1, headers: { 'content-type': 'text/plain' } },
      415,
      'BODY_TYPE',
      /text\/plain/,
    ],
    ['with a "%" that begins nothing', 'GET', '/renewals/%ff', {}, 400, 'BAD_REQUEST', /%/],
    [
      'with a key of spaces',
      'POST',
      '/connections/1/renewals',
      { headers: { 'idempotency-key': 'a b' } },
      400,
      'BAD_REQUEST',
      /UUID/,
    ],
  ])('%s is refused', async (_what, method, path, sent, status, code, detail) => {
    const answer = await call(method, path, sent);

    expect(answer.status).toBe(status);
    expect(await problem(answer)).toMatchObject({
      code,
      status,
      detail: expect.stringMatching(detail),
      action: expect.any(String),
      requestId: answer.headers.get('x-request-id'),
    });
  });

  it('for what an address knows is answered with it', async () => {
    const refused = await call('DELETE', '/connections');
    const asked = await call('OPTIONS', '/connections');
    const head = await call('HEAD', '/connections');

    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST, OPTIONS']);
    expect([asked.status, asked.headers.get('allow')]).toEqual([204, 'GET, HEAD, POST, OPTIONS']);
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect((await call('HEAD', '/events')).status).toBe(200);
  });

  it('of nobody hears neither what is wrong with it nor what there is', async () => {
    const headers = { authorization: 'Bearer wrong' };

    expect((await call('POST', '/connections', { body: { bad: true }, headers })).status).toBe(401);
    expect((await call('PATCH', '/connections', { headers })).status).toBe(401);
    expect((await fetch(`${server.url}/api/v1/connections`, { method: 'POST', body: '{' })).status).toBe(401);
  });
});

describe('a version', () => {
  const rules = { zone: 'UTC', openings: [{ days: ['sun'], start: '02:00', minutes: 60 }] };

  it('is sent as ETag, and taken as If-Match in place of the body’s', async () => {
    const made = await call('POST', '/calendars', { body: { name: 'Lost updates', ...rules } });
    const { id, version } = (await made.json()) as { id: number; version: number };
    const path = `/calendars/${id}`;
    const etag = (await call('GET', path)).headers.get('etag') ?? '';

    const changed = await call('PUT', path, { body: { name: 'First', ...rules }, headers: { 'if-match': etag } });
    const late = await call('PUT', path, { body: { name: 'Second', ...rules }, headers: { 'if-match': etag } });
    const lateDelete = await call('DELETE', path, { headers: { 'if-match': `"${version}"` } });
    const unequal = await call('PUT', path, {
      body: { name: 'x', ...rules, version: 9 },
      headers: { 'if-match': '"2"' },
    });

    expect(etag).toMatch(new RegExp(`^"${version}-`));
    expect(await changed.json()).toMatchObject({ name: 'First', version: version + 1 });
    expect(await problem(late)).toMatchObject({ status: 412, code: 'PRECONDITION_FAILED' });
    expect(lateDelete.status).toBe(412);
    expect(unequal.status).toBe(400);
    expect((await call('DELETE', path, { headers: { 'if-match': `"${version + 1}"` } })).status).toBe(204);
  });

  it('lets what is unchanged be told by the ETag alone', async () => {
    const etag = (await call('GET', '/connections/1')).headers.get('etag') ?? '';

    expect(
      (await call('GET', '/connections/1', { headers: { 'if-none-match': etag, 'cache-control': 'max-age=0' } }))
        .status,
    ).toBe(304);
  });

  it('is refused where there is none', async () => {
    expect((await call('POST', '/backups', { headers: { 'if-match': '"1"' } })).status).toBe(400);
  });
});

function filesText(folder: string): readonly string[] {
  const names = ['access', 'certificates', 'connections', 'installation', 'lists'];
  return names.map((name) => readFileSync(join(ROOT, `backend/src/api/${folder}/${name}.ts`), 'utf8'));
}

/** Every file of routes. */
function handlersText(): readonly string[] {
  const files = [...read('backend/src/api/router.ts').matchAll(/from '(\.\/[a-z-]+\.ts)'/g)];
  // The check itself parses whatever the document has.
  return files.flatMap(([, file = '']) => (file === './checked.ts' ? [] : read(join('backend/src/api', file))));
}

/** `newUser` of `contract.newUser.parse(req.body)`. */
function parsesOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:\w+\.)?(\w+)\.(?:parse|safeParse)\(req\.(?:body|query)\)/g)].map(second);
}

function second([, name = '']: RegExpExecArray): string {
  return name;
}
