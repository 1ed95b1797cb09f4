import { setMaxListeners } from 'node:events';
import type { Response } from 'express';

/** Aborted when nobody waits for the answer any more. */
export function whenGone(res: Response): AbortSignal {
  const gone = new AbortController();
  // A whole cluster may be asked at once, each question with a listener of its own.
  setMaxListeners(0, gone.signal);
  res.on('close', () => gone.abort());
  return gone.signal;
}
