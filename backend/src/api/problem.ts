import type { ErrorRequestHandler, RequestHandler } from 'express';
import { z } from 'zod';
import { AppError, ERRORS, type Evidence } from '../domain/errors.ts';
import type { Logger } from '../plugins/plugin.ts';

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
  return (err, _req, res, next) => {
    const error = asAppError(err);
    res.locals.problem = error.code;
    if (error.code === 'INTERNAL') log.error({ err }, 'request failed by a defect');
    if (error.retryAfterMs !== undefined && !res.headersSent)
      res.set('retry-after', String(Math.ceil(error.retryAfterMs / 1_000)));
    if (res.headersSent) {
      next(err);
      return;
    }
    res
      .status(ERRORS[error.code].status)
      .type('application/problem+json')
      .send(JSON.stringify(problemOf(error)));
  };
}

function asAppError(err: unknown): AppError {
  if (err instanceof z.ZodError) return new AppError('BAD_REQUEST', describe(err), { cause: err });
  // An error of ours may carry the status that somebody else answered.
  if (err instanceof AppError) return err;
  const parsed = bodyParserError.safeParse(err);
  if (parsed.success)
    return new AppError('BAD_REQUEST', `The body cannot be read: ${parsed.data.message}`, { cause: err });
  return AppError.from(err);
}

/** What express.json() throws for a body that is too large or no JSON. */
const bodyParserError = z.object({ status: z.int().min(400).max(499), message: z.string() });

function describe(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join('; ');
}
