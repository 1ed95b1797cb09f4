import { readFile, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { ImportView } from '../api/contract/transfer.ts';
import { AppError } from '../domain/errors.ts';
import { count } from '../domain/words.ts';
import { isSealed } from '../transfer/sealed.ts';
import type { ApiClient } from './client.ts';
import { table } from './tables.ts';
import { unwritable } from './unwritable.ts';

interface Common {
  readonly out: NodeJS.WriteStream;
  readonly setStatus: (status: number) => void;
  readonly client: () => Promise<ApiClient>;
}

interface TransferOptions {
  readonly withSecrets?: true;
  readonly passphraseFile?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

/** `connections export` and `connections import`. */
export function addTransferCommands(connections: Command, { out, setStatus, client }: Common): void {
  connections
    .command('export <file>')
    .description('write all connections, and the accounts and calendars that they use, into a file; without secrets')
    .option('--with-secrets', 'with their secrets; the file is encrypted then')
    .option('--passphrase-file <file>', 'what it is encrypted with, at least 12 characters')
    .action(async (file: string, { withSecrets, passphraseFile }: TransferOptions) => {
      if ((withSecrets === true) !== (passphraseFile !== undefined))
        throw new AppError('BAD_REQUEST', 'Give --with-secrets and --passphrase-file together, or neither.');
      const api = await client();
      const text =
        passphraseFile === undefined
          ? `${JSON.stringify(await api.get('/connections/export'), null, 2)}\n`
          : await api.postForText('/connections/export', { passphrase: await passphraseIn(passphraseFile) });
      await writeFile(file, text, { mode: 0o600, flag: 'wx' }).catch(unwritable(file));
      out.write(`The connections are in ${file}${withSecrets ? ', encrypted' : ', without secrets'}.\n`);
    });
  connections
    .command('import <file>')
    .description(
      'add and change, by name, what an exported file holds; nothing is removed. Ends with 1 when something was refused',
    )
    .option('--passphrase-file <file>', 'what it was encrypted with')
    .option('--dry-run', 'say what would be added, changed or refused, and change nothing')
    .option('--json', 'machine-readable')
    .action(async (file: string, { passphraseFile, dryRun, json }: TransferOptions) => {
      const text = await readFile(file, 'utf8').catch((cause: unknown) => {
        throw new AppError('BAD_REQUEST', `${file} cannot be read.`, { cause });
      });
      if (isSealed(text) && passphraseFile === undefined)
        throw new AppError('BAD_REQUEST', `${file} is encrypted: give --passphrase-file.`);
      const passphrase = passphraseFile === undefined ? {} : { passphrase: await passphraseIn(passphraseFile) };
      const body = { file: text, dryRun: dryRun === true, ...passphrase };
      const view = await (await client()).post<ImportView>('/connections/import', body);
      out.write(json ? `${JSON.stringify(view)}\n` : inWords(view));
      setStatus(view.items.some(({ action }) => action === 'refused') ? 1 : 0);
    });
}

async function passphraseIn(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AppError('BAD_REQUEST', `--passphrase-file: ${file} cannot be read.`, { cause });
  });
  return text.replace(/\r?\n$/, '');
}

function inWords({ dryRun, items }: ImportView): string {
  if (items.length === 0) return 'The file holds nothing.\n';
  const rows = items.map(({ kind, name, action, detail }) => [action, kind, name, detail ?? '']);
  const changes = items.filter(({ action }) => action === 'added' || action === 'changed').length;
  const end = dryRun ? `${count(changes, 'change')} would be made.` : `${count(changes, 'change')} made.`;
  return `${table(['', 'KIND', 'NAME', ''], rows)}${end}\n`;
}
