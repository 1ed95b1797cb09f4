import { oneOf } from '../vos-sim/chance.ts';

/** What public sources leave open. Drawn at random unless pinned, so that nobody relies on one reading. */
export interface ExpresswayQuirks {
  /** How it says no: a status, or the text of a 200. */
  readonly refusal: 'status' | 'text';
  readonly noCsr: '404' | 'empty';
  /** Whether intermediates may stand in the file of the server certificate. */
  readonly chain: 'taken' | 'refused';
  /** What the command line says to a restart. */
  readonly restartAnswer: 'result' | 'ok';
}

export function drawQuirks(pinned: Partial<ExpresswayQuirks>): ExpresswayQuirks {
  return {
    refusal: oneOf('status', 'text'),
    noCsr: oneOf('404', 'empty'),
    chain: oneOf('taken', 'refused'),
    restartAnswer: oneOf('result', 'ok'),
    ...pinned,
  };
}
