import express, { type Request, type Response } from 'express';
import { AppError } from '../domain/errors.ts';

/** What no request of ours comes near; functions that follow JSON into its depth must come to an end. */
const DEEPEST = 64;

const usual = express.json({ limit: '256kb', strict: false });
const larger = express.json({ limit: '16mb', strict: false });

/** Reads the body into `req.body`; undefined without one. @throws AppError BODY_TYPE, and what express.json() throws */
export async function readBody(req: Request, res: Response, large = false): Promise<void> {
  if (!hasBody(req)) return;
  // Only the JSON type: what a form of another site can send is not even looked at.
  if (!req.is('application/json'))
    throw new AppError('BODY_TYPE', `The body has the content type ${req.get('content-type') ?? 'unknown'}.`);
  const parse = large ? larger : usual;
  await new Promise<void>((resolve, reject) => {
    parse(req, res, (err?: unknown) => (err ? reject(err) : resolve()));
  });
  if (isDeeper(req.body, DEEPEST))
    throw new AppError('BAD_REQUEST', `The body is nested more than ${DEEPEST} levels deep.`);
}

/** https://www.rfc-editor.org/rfc/rfc9112#section-6-4 */
function hasBody(req: Request): boolean {
  return req.get('transfer-encoding') !== undefined || Number(req.get('content-length') ?? 0) > 0;
}

function isDeeper(value: unknown, deepest: number): boolean {
  let level = [value];
  for (let depth = 0; depth <= deepest; depth += 1) {
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
    if (level.length === 0) return false;
  }
  return true;
}
