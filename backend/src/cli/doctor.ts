import type { Command } from 'commander';
import { readConfig } from '../config/config.ts';
import type { EnvRecord } from '../config/env.ts';
import { AppError } from '../domain/errors.ts';
import type { Finding } from '../domain/finding.ts';
import { count } from '../domain/words.ts';
import { systemClock } from '../plugins/clock.ts';
import type { Logger } from '../plugins/plugin.ts';

interface DoctorContext {
  readonly env: EnvRecord;
  readonly out: NodeJS.WriteStream;
  readonly setStatus: (status: number) => void;
}

const QUIET: Logger = { debug() {}, info() {}, warn() {}, error() {} };

const MARKS: Readonly<Record<Finding['outcome'], string>> = { ok: '✓', warn: '!', block: '✗', skipped: '-' };

export function addDoctorCommand(program: Command, { env, out, setStatus }: DoctorContext): void {
  program
    .command('doctor')
    .description(
      'look at this installation and say what to mend; with the daemon running or stopped. Ends with 0, or with 1 when something has to be mended',
    )
    .option('--json', 'machine-readable')
    .option('--bundle <file>', 'also write a tar.gz to send us: no secrets, stand-ins for names')
    .action(async ({ json, bundle }: { json?: true; bundle?: string }) => {
      const deps = {
        config: readConfig(env),
        env,
        clock: systemClock,
        log: QUIET,
        signal: new AbortController().signal,
      };
      const { examine } = await import('../doctor/doctor.ts');
      await using examination = await examine(deps);
      const { findings } = examination;
      const broken = findings.filter(({ outcome }) => outcome === 'block').length;
      setStatus(broken > 0 ? 1 : 0);
      out.write(json ? `${JSON.stringify(findings)}\n` : findingLines(findings));
      if (bundle === undefined) return;
      const { writeBundle } = await import('../doctor/bundle.ts');
      const names = await writeBundle(bundle, { ...deps, ...examination, now: systemClock.now() }).catch(
        unwritable(bundle),
      );
      if (!json) out.write(`${count(names.length, 'file')} in ${bundle}. Read them before you send it.\n`);
    });
}

function findingLines(findings: readonly Finding[]): string {
  const lines = findings.map(({ title, outcome, answer, todo }) => {
    const first = `  ${MARKS[outcome]} ${title}: ${answer}\n`;
    return todo ? `${first}      ${todo}\n` : first;
  });
  const broken = findings.filter(({ outcome }) => outcome === 'block').length;
  const doubtful = findings.filter(({ outcome }) => outcome === 'warn').length;
  const verdict = broken > 0 ? `${broken} to mend` : 'Nothing has to be mended';
  return `${lines.join('')}${verdict}${doubtful > 0 ? `, ${doubtful} to look at` : ''}.\n`;
}

function unwritable(file: string): (cause: unknown) => never {
  return (cause) => {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const why = code === 'EEXIST' ? 'it is there already; name another file' : code;
    throw new AppError('BAD_REQUEST', `${file} cannot be written: ${why}.`, { cause });
  };
}
