import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import type { z } from 'zod';
import type { FaultView } from '../faults.ts';
import type { Accounts } from '../vos-sim/accounts.ts';
import { basicCredentials } from '../vos-sim/gate.ts';

/** The box says no: a status, and the words that it has for it. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;

  constructor(status: number, words: string) {
    super(words);
    this.status = status;
  }
}

/** Unknown fields and wrong types are refused. */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Refusal(400, `Invalid request: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
}

/** Basic authentication on every request (RFC 7617). */
export function basicGate(accounts: Accounts): RequestHandler {
  return (request, _response, next) => {
    logIn(request, accounts);
    next();
  };
}

/** @throws Refusal 401 */
export function logIn(request: Request, accounts: Accounts): void {
  const credentials = basicCredentials(request.get('authorization'));
  if (!credentials || !accounts.logIn(credentials.user, credentials.password)) throw new Refusal(401, 'Unauthorized');
}

/** The fault `api-503`: the first of two requests is turned away. */
export function everyOther503(faults: FaultView): RequestHandler {
  let requests = 0;
  return (_request, _response, next) => {
    if (faults.has('api-503')) requests += 1;
    if (faults.has('api-503') && requests % 2 === 1) throw new Refusal(503, 'Service Unavailable');
    next();
  };
}

/** `body` makes the product's own error body. */
export function errorAnswers(body: (status: number, words: string) => unknown): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    const isParserError = error instanceof Error && 'status' in error && typeof error.status === 'number';
    const status = isParserError ? Number(error.status) : 500;
    const words = error instanceof Error ? error.message : 'Internal Server Error';
    response.status(status).json(body(status, words));
  };
}
