import { oneOf } from '../vos-sim/chance.ts';

/** What public sources leave open. Drawn at random unless pinned, so that nobody relies on one reading. */
export interface IseQuirks {
  /** Whether changes need a token that was fetched before. */
  readonly csrf: 'wanted' | 'absent';
  readonly csrExport: 'text' | 'json';
  readonly certificateExport: 'zip' | 'text';
  /** Which fields a bind may have. */
  readonly bindFields: 'all' | 'documented';
  /** Whether a bind with the admin role is answered before the node restarts. */
  readonly bindAnswer: 'before-restart' | 'never';
  /** What a CA certificate that is trusted already is answered with. */
  readonly trustDuplicate: 409 | 200;
  readonly fingerprint: 'plain' | 'colons';
}

export function drawQuirks(pinned: Partial<IseQuirks>): IseQuirks {
  return {
    csrf: oneOf('wanted', 'absent'),
    csrExport: oneOf('text', 'json'),
    certificateExport: oneOf('zip', 'text'),
    bindFields: oneOf('all', 'documented'),
    // Not drawn: waiting for an answer that never comes takes long.
    bindAnswer: 'before-restart',
    trustDuplicate: oneOf(409, 200),
    fingerprint: oneOf('plain', 'colons'),
    ...pinned,
  };
}
