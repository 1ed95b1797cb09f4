import type { Response } from 'express';

/** What the log calls this request: see request-log.ts. */
export function requestIdOf(res: Response): string | undefined {
  return res.get('x-request-id');
}

/** Says that what the OpenAPI document demands of a request was checked. */
export function noteChecked(res: Response): void {
  res.locals.checked = true;
}

export function wasChecked(res: Response): boolean {
  return res.locals.checked === true;
}
