import type { Evidence } from '../../domain/errors.ts';
import type { HostCommand } from '../../plugins/file-host.ts';
import type { ProgramResult } from '../../plugins/run-program.ts';

const EVIDENCE_CHARACTERS = 2000;

/** What a program on a host was asked, and its own words, errors last. */
export function evidenceOf({ argv }: HostCommand, { stdout, stderr }: ProgramResult): Evidence {
  const said = [stdout, stderr].map((text) => text.trim()).filter((text) => text !== '');
  const body = said.join('\n');
  const kept = body.length <= EVIDENCE_CHARACTERS ? body : `… ${body.slice(-EVIDENCE_CHARACTERS)}`;
  return { request: argv.join(' '), body: kept };
}

/** `failed (exit status 3)` */
export function endWords({ exitCode, signal, timedOut }: ProgramResult, { timeoutMs }: HostCommand): string {
  if (timedOut) return `did not end within ${timeoutMs / 1000} s`;
  return exitCode === null ? `was ended by ${signal}` : `failed (exit status ${exitCode})`;
}
