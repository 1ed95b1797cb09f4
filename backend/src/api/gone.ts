import type { Response } from 'express';
import { sharedAbort } from '../plugins/shared-abort.ts';

/** Aborted when nobody waits for the answer any more. */
export function whenGone(res: Response): AbortSignal {
  const gone = sharedAbort();
  res.on('close', () => gone.abort());
  return gone.signal;
}
