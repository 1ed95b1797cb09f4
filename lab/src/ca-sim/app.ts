import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import type { AccountEndpoints } from './account-endpoints.ts';
import type { Answer } from './answer.ts';
import type { AuthorizationEndpoints } from './authorization-endpoints.ts';
import type { CertificateEndpoints } from './certificate-endpoints.ts';
import type { Nonces } from './nonce.ts';
import type { OrderEndpoints } from './order-endpoints.ts';
import { notFound, Problem } from './problem.ts';
import type { RequestVerifier, SignedRequest, Signer } from './signed-request.ts';
import type { Resource, Urls } from './urls.ts';

export interface AppParts {
  readonly accounts: AccountEndpoints;
  readonly orders: OrderEndpoints;
  readonly authorizations: AuthorizationEndpoints;
  readonly certificates: CertificateEndpoints;
  readonly directory: Readonly<Record<string, unknown>>;
  readonly verifier: RequestVerifier;
  readonly nonces: Nonces;
  readonly urls: Urls;
  /** Nothing is answered but that nobody answers. */
  readonly isDown: () => boolean;
  /** Called for each request that meets a resource, before anything is checked. */
  readonly seen: (method: string, resource: Resource) => void;
}

interface SignedRoute {
  readonly resource: Resource;
  /** What follows the resource's own path. */
  readonly path: '' | '/:id' | '/:id/:chain';
  readonly signer: Signer;
  readonly answer: (request: SignedRequest, id: string, chain: number) => Promise<Answer>;
}

function signedRoutes({ accounts, orders, authorizations, certificates }: AppParts): readonly SignedRoute[] {
  const byAccount = { path: '/:id', signer: 'account' } as const;
  return [
    { resource: 'newAccount', path: '', signer: 'key', answer: (request) => accounts.newAccount(request) },
    { resource: 'account', ...byAccount, answer: (request, id) => accounts.account(request, id) },
    { resource: 'orders', ...byAccount, answer: (request, id) => accounts.orders(request, id) },
    { resource: 'keyChange', path: '', signer: 'account', answer: (request) => accounts.keyChange(request) },
    { resource: 'newOrder', path: '', signer: 'account', answer: (request) => orders.newOrder(request) },
    { resource: 'order', ...byAccount, answer: (request, id) => orders.order(request, id) },
    { resource: 'finalize', ...byAccount, answer: (request, id) => orders.finalize(request, id) },
    { resource: 'authz', ...byAccount, answer: (request, id) => authorizations.authorization(request, id) },
    { resource: 'challenge', ...byAccount, answer: (request, id) => authorizations.challenge(request, id) },
    { resource: 'cert', ...byAccount, answer: (request, id) => certificates.download(request, id, 0) },
    {
      resource: 'cert',
      path: '/:id/:chain',
      signer: 'account',
      answer: (request, id, chain) => certificates.download(request, id, chain),
    },
    { resource: 'revokeCert', path: '', signer: 'either', answer: (request) => certificates.revoke(request) },
  ];
}

/** The HTTP face of the CA. */
export function createApp(parts: AppParts): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.use((_request, _response, next) => {
    if (parts.isDown()) throw new Problem('serverInternal', 'the service is down for maintenance', { status: 503 });
    next();
  });
  app.use(refuseAnonymousClients);
  mountUnsigned(app, parts);
  for (const route of signedRoutes(parts)) mountSigned(app, route, parts);
  app.use((request) => {
    throw notFound(request.path);
  });
  app.use(problemHandler(parts));
  return app;
}

/** RFC 8555 section 6.1: clients MUST send a User-Agent. */
function refuseAnonymousClients(request: Request, _response: Response, next: () => void): void {
  if (!request.get('user-agent')) throw new Problem('malformed', 'the request has no User-Agent header');
  next();
}

function mountUnsigned(app: Express, { urls, nonces, directory, certificates, seen }: AppParts): void {
  app.get(urls.path('directory'), (request, response) => {
    seen(request.method, 'directory');
    response.json(directory);
  });
  app.get(urls.path('newNonce'), (request, response) => {
    seen(request.method, 'newNonce');
    response.set({ 'replay-nonce': nonces.issue(), 'cache-control': 'no-store' });
    linkIndex(response, urls);
    response.status(request.method === 'HEAD' ? 200 : 204).end();
  });
  app.get(`${urls.path('renewalInfo')}/:id`, (request, response) => {
    seen(request.method, 'renewalInfo');
    linkIndex(response, urls);
    send(response, certificates.renewalInfo(parameter(request, 'id')));
  });
}

function mountSigned(app: Express, route: SignedRoute, { urls, nonces, verifier, seen }: AppParts): void {
  const path = urls.path(route.resource) + route.path;
  app.post(
    path,
    (request, response, next) => {
      seen(request.method, route.resource);
      response.set('replay-nonce', nonces.issue());
      linkIndex(response, urls);
      if (!request.is('application/jose+json')) {
        throw new Problem('malformed', 'the content type must be application/jose+json', { status: 415 });
      }
      next();
    },
    express.text({ type: () => true, limit: '256kb' }),
    async (request, response) => {
      const body = typeof request.body === 'string' ? request.body : '';
      const verified = await verifier.verify(body, urls.absolute(request.originalUrl), route.signer);
      send(response, await route.answer(verified, parameter(request, 'id'), Number(parameter(request, 'chain'))));
    },
  );
  app.all(path, (request) => {
    seen(request.method, route.resource);
    throw new Problem('malformed', `${request.method} is not allowed, use a signed POST`, {
      status: 405,
      headers: { allow: 'POST' },
    });
  });
}

function parameter(request: Request, name: string): string {
  const value = request.params[name];
  return typeof value === 'string' ? value : '';
}

function linkIndex(response: Response, urls: Urls): void {
  response.append('link', `<${urls.of('directory')}>;rel="index"`);
}

function send(response: Response, { status, headers = {}, links = [], body }: Answer): void {
  response.status(status).set(headers);
  for (const [rel, url] of links) response.append('link', `<${url}>;rel="${rel}"`);
  if (body === undefined) response.end();
  else if (typeof body === 'string') response.type('application/pem-certificate-chain').send(body);
  else response.json(body);
}

function problemHandler({ urls }: AppParts): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const problem = problemOf(error);
    if (!response.hasHeader('link')) linkIndex(response, urls);
    response.status(problem.status).set(problem.headers).type('application/problem+json').send(JSON.stringify(problem));
  };
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const message = error instanceof Error ? error.message : String(error);
  // Express marks what it refuses itself, such as a body that is too long, with a status.
  const status = error instanceof Error && 'status' in error ? Number(error.status) : 500;
  return status < 500 ? new Problem('malformed', message, { status }) : new Problem('serverInternal', message);
}
