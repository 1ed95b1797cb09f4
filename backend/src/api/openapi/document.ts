import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../../domain/errors.ts';
import { VERSION } from '../../version.ts';
import type { Needed } from '../guard.ts';
import { OPERATIONS } from '../operations/index.ts';
import { type Operation, paramsOf } from '../operations/operation.ts';
import type { RouteEntry } from '../route-table.ts';
import { isVersioned } from '../versions.ts';

/** As much of OpenAPI 3.1 as is used here. https://spec.openapis.org/oas/v3.1.1.html */
export interface ApiDocument {
  readonly openapi: '3.1.1';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, object>>>>;
}

export interface ApiOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  /** The role that it needs; `anyone` before the login, `login` for whoever is logged in. */
  readonly 'x-role': Needed;
  /** `installation`: refused to who sees only some connections. */
  readonly 'x-concerns': string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters: readonly ApiParameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, object>>;
}

export interface ApiParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

/** Of routes below /api/v1. Those that nobody described are left out. */
export function openApiDocument(routes: readonly RouteEntry[]): ApiDocument {
  const schemas: Record<string, JsonSchema> = { Problem: problemSchema() };
  const paths: Record<string, Record<string, ApiOperation>> = {};
  for (const route of [...routes].sort(byPath)) {
    const described = OPERATIONS[`${route.method} ${route.path}`];
    if (!described) continue;
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, described, schemas) };
  }
  const areas = new Set(Object.keys(paths).map(areaOf));
  return {
    openapi: '3.1.1',
    info: { title: 'certferry', version: VERSION, description: DESCRIPTION },
    servers: [{ url: '/api/v1' }],
    tags: [...areas].map((name) => ({ name })),
    paths,
    components: { securitySchemes: SECURITY, responses: problems(), schemas },
  };
}

const DESCRIPTION = [
  'Bodies are JSON. Unknown fields and query names are refused. Every error is a problem document (RFC 9457) with `code`, `action` and',
  '`requestId`. By cookie, each change needs the header `X-CSRF-Token` with the token that `GET /session` tells.',
].join(' ');

const SECURITY = {
  token: { type: 'http', scheme: 'bearer', description: 'An API token' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-certferry',
    description:
      'The session of a browser. The name ends in the port where the address has one: `__Host-certferry-8080`.',
  },
  csrf: { type: 'apiKey', in: 'header', name: 'X-CSRF-Token' },
} as const;

const SAFE = ['GET', 'HEAD'];

function operationOf(
  { method, path, need }: RouteEntry,
  operation: Operation,
  schemas: Record<string, JsonSchema>,
): ApiOperation {
  const role = need?.role ?? 'login';
  const { summary, body, repeatable = false } = operation;
  const changes = !SAFE.includes(method);
  const guarded = changes && isVersioned(path);
  const cookie = changes ? { session: [], csrf: [] } : { session: [] };
  return {
    operationId: idOf(method, path),
    tags: [areaOf(path)],
    summary,
    'x-role': role,
    'x-concerns': need?.concerns ?? 'connections',
    security: role === 'anyone' ? [] : [{ token: [] }, cookie],
    parameters: [
      ...parameters('path', paramsOf(path, operation), schemas),
      ...parameters('query', operation.query ?? z.object({}), schemas),
      ...(guarded ? [IF_MATCH] : []),
      ...(repeatable ? [IDEMPOTENCY_KEY] : []),
    ],
    ...(body && { requestBody: requestBody(body, schemas) }),
    responses: responses(operation, { method, path, role, guarded }, schemas),
  };
}

const IF_MATCH: ApiParameter = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'The ETag that was read, or its version in quotes. Refused with 412 when another version is stored.',
  schema: { type: 'string' },
};

const IDEMPOTENCY_KEY: ApiParameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key with the same request within 24 hours is answered as the first time, and nothing is done.',
  schema: { type: 'string', minLength: 1, maxLength: 200 },
};

function parameters(place: 'path' | 'query', object: z.ZodObject, schemas: Record<string, JsonSchema>) {
  return Object.entries(object.shape).map(([name, schema]): ApiParameter => {
    const optional = z.safeParse(schema, undefined).success;
    return { name, in: place, required: place === 'path' || !optional, schema: schemaOf(schema, 'input', schemas) };
  });
}

function requestBody(body: z.ZodType, schemas: Record<string, JsonSchema>) {
  const required = !body.safeParse(undefined).success;
  return { required, content: { 'application/json': { schema: schemaOf(body, 'input', schemas) } } };
}

interface Route extends Pick<RouteEntry, 'method' | 'path'> {
  readonly role: Needed;
  readonly guarded: boolean;
}

function responses(
  { answer, query, body, repeatable }: Operation,
  { method, path, role, guarded }: Route,
  schemas: Record<string, JsonSchema>,
): Readonly<Record<string, object>> {
  const { status, description, type, schema } = answer;
  const content = type && { [type]: { schema: schema ? schemaOf(schema, 'output', schemas) : { type: 'string' } } };
  const named = path.includes('/:');
  const changes = !SAFE.includes(method);
  const expected: readonly [number, boolean][] = [
    [400, query !== undefined || named || changes],
    [401, role !== 'anyone' || path === '/session'],
    [403, role !== 'anyone'],
    [404, named],
    [409, changes],
    [412, guarded],
    [413, body !== undefined],
    [415, body !== undefined],
    [422, changes || repeatable === true],
  ];
  return {
    [status]: { description, ...(content && { content }) },
    ...Object.fromEntries(
      expected.filter(([, is]) => is).map(([code]) => [code, { $ref: `#/components/responses/Problem${code}` }]),
    ),
    default: { $ref: '#/components/responses/Problem' },
  };
}

/** One answer for each status of the error table, with the codes that have it. */
function problems(): Readonly<Record<string, object>> {
  const codes = Object.keys(ERRORS) as ErrorCode[];
  const statuses = [...new Set(codes.map((code) => ERRORS[code].status))].sort();
  const one = (description: string, schema: JsonSchema) => ({
    description,
    content: { 'application/problem+json': { schema } },
  });
  const problem = { $ref: '#/components/schemas/Problem' };
  return {
    Problem: one('Any other problem', problem),
    ...Object.fromEntries(
      statuses.map((status) => {
        const own = codes.filter((code) => ERRORS[code].status === status);
        const schema = { allOf: [problem, { properties: { code: { enum: own } } }] };
        return [`Problem${status}`, one(own.join(', '), schema)];
      }),
    ),
  };
}

function problemSchema(): JsonSchema {
  const codes = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];
  const problem = z.object({
    type: z.string().meta({ description: 'Where the code is explained' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What happened, to what, in one sentence' }),
    code: z.enum(codes),
    action: z.string().meta({ description: 'What to do about it' }),
    evidence: z
      .object({ request: z.string().optional(), status: z.int().optional(), body: z.string().optional() })
      .optional()
      .meta({ description: 'What the other side said, without secrets' }),
    requestId: z.string().meta({ description: 'Also in the header X-Request-Id and in the log' }),
  });
  const { $schema: _, ...schema } = z.toJSONSchema(problem);
  return schema;
}

/** Schemas with a name of their own go to `schemas`, and are referred to. */
function schemaOf(schema: z.core.$ZodType, io: 'input' | 'output', schemas: Record<string, JsonSchema>): JsonSchema {
  const text = JSON.stringify(z.toJSONSchema(z.object({ it: schema }), { io, unrepresentable: 'any' }));
  const moved = JSON.parse(text.replaceAll('"#/$defs/', '"#/components/schemas/')) as {
    readonly properties: { readonly it: JsonSchema };
    readonly $defs?: Readonly<Record<string, JsonSchema>>;
  };
  for (const [name, { id: _, ...definition }] of Object.entries(moved.$defs ?? {})) schemas[name] = definition;
  return moved.properties.it;
}

function areaOf(path: string): string {
  return path.split('/')[1] ?? '';
}

/** `postConnectionsIdRenewals` */
function idOf(method: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return [method.toLowerCase(), ...words.map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`)].join('');
}

function byPath(a: RouteEntry, b: RouteEntry): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
