import { redact } from '../plugins/redact.ts';
import type { ProgramResult } from '../plugins/run-program.ts';

const EVIDENCE_CHARACTERS = 2000;

/** What a program said, errors last, as evidence: its last 2 000 characters without the secrets it was given. */
export function wordsOf({ stdout, stderr }: ProgramResult, secrets: readonly string[]): string {
  const said = [stdout, stderr].map((text) => text.trim()).filter((text) => text !== '');
  const clean = redact(said.join('\n'), secrets);
  return clean.length <= EVIDENCE_CHARACTERS ? clean : `… ${clean.slice(-EVIDENCE_CHARACTERS)}`;
}
