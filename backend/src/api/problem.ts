import type { ErrorRequestHandler, RequestHandler } from 'express';
import { z } from 'zod';
import { AppError, ERRORS, type Evidence } from '../domain/errors.ts';
import type { Logger } from '../plugins/plugin.ts';
import { requestIdOf, wasChecked } from './request-id.ts';

/** RFC 9457. `type` is relative: the page that explains the code. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  /** What to do about it. */
  readonly action: string;
  readonly evidence?: Evidence;
  /** Also in the header X-Request-Id. */
  readonly requestId?: string;
}

export function problemOf(error: AppError): Problem {
  const { status, title, action } = ERRORS[error.code];
  const detail = error.code === 'INTERNAL' ? 'The log of the daemon says more.' : error.message;
  const problem = { type: `/docs/errors#${error.code}`, title, status, detail, code: error.code, action };
  return error.evidence ? { ...problem, evidence: error.evidence } : problem;
}

export const notFound: RequestHandler = (req) => {
  throw new AppError('NOT_FOUND', `${req.method} ${req.path} leads nowhere.`);
};

export function problemHandler(log: Logger): ErrorRequestHandler {
  return (err, req, res, next) => {
    const error = asAppError(err);
    res.locals.problem = error.code;
    if (error.code === 'INTERNAL') log.error({ err }, 'request failed by a defect');
    if (err instanceof z.ZodError && wasChecked(res))
      log.warn({ method: req.method, path: req.path, detail: error.message }, UNDOCUMENTED);
    if (error.retryAfterMs !== undefined && !res.headersSent)
      res.set('retry-after', String(Math.ceil(error.retryAfterMs / 1_000)));
    if (res.headersSent) {
      next(err);
      return;
    }
    res
      .status(ERRORS[error.code].status)
      .type('application/problem+json')
      .send(JSON.stringify({ ...problemOf(error), requestId: requestIdOf(res) }));
  };
}

function asAppError(err: unknown): AppError {
  if (err instanceof z.ZodError) return new AppError('BAD_REQUEST', describe(err), { cause: err });
  // An error of ours may carry the status that somebody else answered.
  if (err instanceof AppError) return err;
  if (err instanceof URIError)
    return new AppError('BAD_REQUEST', 'The address cannot be read: a "%" in it begins no character.', { cause: err });
  const parsed = bodyParserError.safeParse(err);
  if (!parsed.success) return AppError.from(err);
  const { status, message } = parsed.data;
  if (status === 413) return new AppError('BODY_TOO_LARGE', `The body cannot be read: ${message}.`, { cause: err });
  if (status === 415) return new AppError('BODY_TYPE', `The body cannot be read: ${message}.`, { cause: err });
  if (status === 404) return new AppError('NOT_FOUND', 'This address leads nowhere.', { cause: err });
  return new AppError('BAD_REQUEST', `The request cannot be read: ${message}`, { cause: err });
}

/** In the log, for a test to look for: whoever wrote the request had read the document. */
export const UNDOCUMENTED = 'a route demands what its description does not show';

/** What express.json() throws for a body that is too large or no JSON. */
const bodyParserError = z.object({ status: z.int().min(400).max(499), message: z.string() });

function describe(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; ');
}
