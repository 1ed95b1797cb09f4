import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { App } from '../app.ts';
import { AppError } from '../domain/errors.ts';
import { enterRoute } from './audited.ts';
import { admit } from './guard.ts';
import { Repeats, refuseKey } from './idempotency.ts';
import { OPERATIONS } from './operations/index.ts';
import { EVENT_STREAM, NO_BODY, type Operation, paramsOf } from './operations/operation.ts';
import { notFound } from './problem.ts';
import { readBody } from './request-body.ts';
import { noteChecked } from './request-id.ts';
import { type RouteEntry, routesOf } from './route-table.ts';
import { compareVersion, expectedVersion, tellVersion } from './versions.ts';

/** The methods of one address. */
interface Address {
  readonly path: string;
  readonly segments: readonly string[];
  readonly routes: ReadonlyMap<string, RouteEntry>;
}

interface Found {
  readonly address: Address;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Stands before the routes of `api` and holds each request against what the OpenAPI document says of it: address, method,
 * who may call it, query, content type, body. So the document is the truth, whatever a handler does. Handlers parse once more,
 * for the types.
 */
export function checked(api: object, app: Pick<App, 'store' | 'clock'>): RequestHandler {
  const addresses = addressesOf(routesOf(api));
  const repeats = new Repeats(app.store, app.clock);
  return async (req, res, next) => {
    const found = find(addresses, segmentsOf(req.path));
    if (!found) {
      admit(LOGIN, req, res);
      notFound(req, res, next);
      return;
    }
    const { address, params } = found;
    const route = address.routes.get(methodOf(req));
    if (!route) {
      refuseMethod(address, req, res);
      return;
    }
    // What is refused here is written down under the name of the route, too.
    enterRoute({ method: req.method, baseUrl: req.baseUrl, originalUrl: req.originalUrl, route }, res);
    if (route.need) admit(route.need, req, res);
    const operation = OPERATIONS[`${route.method} ${route.path}`];
    if (req.method === 'HEAD' && operation?.answer.type === EVENT_STREAM) {
      res.type(EVENT_STREAM).end();
      return;
    }
    await readBody(req, res, operation?.large);
    if (!operation) {
      next();
      return;
    }
    const version = expectedVersion(route.path, req);
    check(operation, route.path, params, req);
    noteChecked(res);
    const asked = { path: route.path, params };
    await compareVersion(app.store, asked, version);
    await tellVersion(app.store, asked, req, res);
    if (!operation.repeatable) refuseKey(req);
    else if (await repeats.answer(req, res, next)) return;
    // Once more together with the change itself: meanwhile somebody else may have been faster.
    app.store.provided((tx) => compareVersion(tx, asked, version), next);
  };
}

const LOGIN = { role: 'login', concerns: 'connections' } as const;

function methodOf({ method }: Request): string {
  return method === 'HEAD' ? 'GET' : method;
}

/** @throws AppError METHOD_NOT_ALLOWED, unless it was only asked what there is. */
function refuseMethod({ path, routes }: Address, req: Request, res: Response): void {
  admit(LOGIN, { method: 'OPTIONS', get: req.get.bind(req) }, res);
  const known = [...routes.keys()].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  res.set('allow', [...known, 'OPTIONS'].join(', '));
  if (req.method !== 'OPTIONS')
    throw new AppError('METHOD_NOT_ALLOWED', `${path} knows ${known.join(', ')}, and not ${req.method}.`);
  res.status(204).end();
}

/** @throws z.ZodError, AppError BAD_REQUEST */
function check(operation: Operation, path: string, params: Found['params'], req: Request): void {
  paramsOf(path, operation).parse(params);
  const query = operation.query ?? z.strictObject({});
  refuseUnknown(query, Object.keys(req.query));
  query.parse(req.query);
  (operation.body ?? NO_BODY).parse(req.body);
}

function refuseUnknown(query: z.ZodObject, names: readonly string[]): void {
  const known = Object.keys(query.shape);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined || query.def.catchall instanceof z.ZodUnknown) return;
  const list = known.length === 0 ? 'It takes none' : `It takes: ${known.join(', ')}`;
  throw new AppError('BAD_REQUEST', `The query names "${unknown.slice(0, 60)}", which is not known here. ${list}.`);
}

function addressesOf(routes: readonly RouteEntry[]): readonly Address[] {
  const addresses = new Map<string, Map<string, RouteEntry>>();
  for (const route of routes) {
    const known = addresses.get(route.path) ?? new Map<string, RouteEntry>();
    addresses.set(route.path, known.set(route.method, route));
  }
  return [...addresses].map(([path, known]) => ({ path, segments: path.split('/').slice(1), routes: known }));
}

/** @throws URIError */
function segmentsOf(path: string): readonly string[] {
  return path
    .replace(/(.)\/$/, '$1')
    .split('/')
    .slice(1)
    .map(decodeURIComponent);
}

/** What is spelt out wins over what is named: `/notifiers/test` over `/notifiers/:id`. */
function find(addresses: readonly Address[], segments: readonly string[]): Found | null {
  const fitting = addresses.filter((address) => fits(address, segments));
  const [address] = fitting.sort((a, b) => namedIn(a) - namedIn(b));
  if (!address) return null;
  const named = address.segments.flatMap((name, place): [string, string][] =>
    name.startsWith(':') ? [[name.slice(1), segments[place] ?? '']] : [],
  );
  return { address, params: Object.fromEntries(named) };
}

function fits({ segments: wanted }: Address, segments: readonly string[]): boolean {
  return (
    wanted.length === segments.length &&
    wanted.every((name, place) => (name.startsWith(':') ? segments[place] !== '' : name === segments[place]))
  );
}

function namedIn({ segments }: Address): number {
  return segments.filter((name) => name.startsWith(':')).length;
}
