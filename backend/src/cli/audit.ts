import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { type Command, Option } from 'commander';
import { type AuditEntryView, type AuditVerificationView, auditAnchor, auditRow } from '../api/contract/audit.ts';
import { readConfig } from '../config/config.ts';
import type { EnvRecord } from '../config/env.ts';
import { AppError } from '../domain/errors.ts';
import { count } from '../domain/words.ts';
import type { AuditHead } from '../store/audit.ts';
import { ChainCheck } from '../store/audit-chain.ts';
import { verifyAuditFile } from '../store/kysely/audit-file.ts';
import type { ApiClient } from './client.ts';
import { table } from './tables.ts';
import { unwritable } from './unwritable.ts';

interface Common {
  readonly env: EnvRecord;
  readonly out: NodeJS.WriteStream;
  readonly setStatus: (status: number) => void;
  readonly client: () => Promise<ApiClient>;
}

const FILTERS = ['actor', 'action', 'subject', 'outcome', 'since', 'until', 'before', 'limit'] as const;

/** Who did what, and whether somebody has changed what is written about it. */
export function addAuditCommands(program: Command, common: Common): void {
  const audit = program.command('audit').description('who did what, from where, when');
  addList(audit, common);
  addExport(audit, common);
  addVerify(audit, common);
}

function addList(audit: Command, { out, client }: Common): void {
  audit
    .command('list')
    .description('the newest first')
    .option('--actor <name>', 'a user, or: API token "name"')
    .option('--action <action>', 'such as connection.change, or only connection')
    .option('--subject <subject>', 'such as: connection 3')
    .addOption(new Option('--outcome <outcome>').choices(['done', 'refused', 'failed']))
    .option('--since <instant>', 'a day or an instant, ISO 8601')
    .option('--until <instant>', 'a day or an instant, ISO 8601')
    .option('--before <number>', 'older than this row')
    .option('--limit <rows>', 'at most 500', '50')
    .option('--json', 'one row per line')
    .action(async (options: Partial<Record<(typeof FILTERS)[number], string>> & { json?: true }) => {
      const query = new URLSearchParams();
      for (const name of FILTERS) if (options[name] !== undefined) query.set(name, options[name]);
      const rows = await (await client()).get<readonly AuditEntryView[]>(`/audit?${query}`);
      out.write(options.json ? rows.map((row) => `${JSON.stringify(row)}\n`).join('') : auditTable(rows));
    });
}

function addExport(audit: Command, { out, client }: Common): void {
  audit
    .command('export')
    .description('all of it as JSON lines with their hashes, the oldest first')
    .option('--out <file>', 'write it there, readable by its owner alone')
    .option('--json', 'it always is; for scripts that give it everywhere')
    .action(async ({ out: file }: { out?: string }) => {
      const text = await (await client()).text('/audit/export');
      if (file === undefined) return void out.write(text);
      await writeFile(file, text, { mode: 0o600, flag: 'wx' }).catch(unwritable(file));
      out.write(`${count(text.split('\n').length - 1, 'row')} in ${file}.\n`);
    });
}

interface VerifyOptions {
  readonly offline?: true;
  readonly file?: string;
  readonly anchor: readonly string[];
  readonly json?: true;
}

function addVerify(audit: Command, { env, out, setStatus, client }: Common): void {
  audit
    .command('verify')
    .description('find out whether a row was changed, removed or moved, and say which. Ends with 0: whole, 1: not')
    .option('--offline', 'read the database of this machine, without the daemon and without the master key')
    .addOption(new Option('--file <file>', 'read an exported audit').conflicts('offline'))
    .option('--anchor <number:hash...>', 'ends of the chain that the log or a backup told', [])
    .option('--json', 'machine-readable')
    .action(async ({ offline, file, anchor, json }: VerifyOptions) => {
      const anchors = anchor.map(anchorOf);
      const found = offline
        ? verifyAuditFile(readConfig(env).databaseFile, anchors)
        : file === undefined
          ? await asked(await client(), anchor)
          : await verifyExport(file, anchors);
      out.write(json ? `${JSON.stringify(found)}\n` : inWords(found));
      setStatus(found.fault === null ? 0 : 1);
    });
}

function asked(api: ApiClient, anchors: readonly string[]): Promise<AuditVerificationView> {
  const query = new URLSearchParams();
  for (const anchor of anchors) query.append('anchor', anchor);
  return api.get(`/audit/verification?${query}`);
}

function anchorOf(text: string): AuditHead {
  const parsed = auditAnchor.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new AppError('BAD_REQUEST', `--anchor: "${text}" is not a number, ":" and 64 hexadecimal digits.`);
}

async function verifyExport(file: string, anchors: readonly AuditHead[]): Promise<AuditVerificationView> {
  const check = new ChainCheck(anchors);
  let number = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      if (line !== '') check.add(auditRow.parse(JSON.parse(line)));
    }
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string')
      throw new AppError('NOT_FOUND', `${file} cannot be read: ${cause.code}.`, { cause });
    throw new AppError('BAD_REQUEST', `Line ${number} of ${file} is no row of an exported audit.`, { cause });
  }
  return check.end();
}

function inWords({ rows, head, fault }: AuditVerificationView): string {
  if (fault !== null) return `The audit was tampered with. ${fault}\n`;
  if (!head) return 'The audit is empty.\n';
  return `${count(rows, 'row')}, whole. The last is ${head.seq}:${head.hash}\n`;
}

function auditTable(rows: readonly AuditEntryView[]): string {
  if (rows.length === 0) return 'Nothing of this kind.\n';
  const cells = rows.map(({ seq, at, actor, role, address, words, subject, outcome }) => [
    String(seq),
    at,
    actor === null ? 'nobody known' : role === null ? actor : `${actor} (${role})`,
    address ?? '',
    words,
    subject ?? '',
    outcome,
  ]);
  return table(['ROW', 'WHEN', 'WHO', 'FROM', 'DID', 'WHAT', 'OUTCOME'], cells);
}
