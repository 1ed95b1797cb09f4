import type { Command } from 'commander';
import type { AccountTestView, AccountView } from '../api/contract/accounts.ts';
import { readConfig } from '../config/config.ts';
import type { EnvRecord } from '../config/env.ts';
import { AppError } from '../domain/errors.ts';
import { ApiClient } from './client.ts';
import { readJson } from './read-json.ts';
import { findingLines } from './renew.ts';
import { table } from './tables.ts';

interface Common {
  readonly env: EnvRecord;
  readonly out: NodeJS.WriteStream;
  readonly setStatus: (status: number) => void;
}

interface Words {
  readonly command: string;
  readonly path: string;
  readonly one: string;
  readonly many: string;
}

const ISSUERS: Words = {
  command: 'issuers',
  path: '/issuers',
  one: 'Certificate authority',
  many: 'certificate authorities that connections share',
};
const DNS_ACCOUNTS: Words = {
  command: 'dns-accounts',
  path: '/dns-accounts',
  one: 'DNS account',
  many: 'DNS accounts that connections share',
};

export function addAccountCommands(program: Command, common: Common): void {
  addFamily(program, common, ISSUERS);
  addFamily(program, common, DNS_ACCOUNTS);
}

function addFamily(program: Command, { env, out, setStatus }: Common, words: Words): void {
  const family = program.command(words.command).description(words.many);
  const accounts = async () => new AccountsClient(await ApiClient.find(env, readConfig(env)), words.path);
  family
    .command('list')
    .option('--json', 'machine-readable')
    .action(async ({ json }: { json?: true }) => {
      const all = await (await accounts()).list();
      out.write(json ? `${JSON.stringify(all)}\n` : accountTable(all, words));
    });
  addAdd(family, words, async (input, { json }) => {
    const account = await (await accounts()).add(input);
    const next = `Look what comes back: certferry ${words.command} test "${account.name}"`;
    out.write(json ? `${JSON.stringify(account)}\n` : `${words.one} "${account.name}" added. ${next}\n`);
  });
  family
    .command('test <account>')
    .description(
      'ask the other end, and show what came back; changes nothing. Ends with 1 when something is in the way',
    )
    .option('--json', 'machine-readable')
    .action(async (account: string, { json }: { json?: true }) => {
      const view = await (await accounts()).test(account);
      out.write(json ? `${JSON.stringify(view)}\n` : `${findingLines(view.findings).join('\n')}\n`);
      setStatus(view.outcome === 'block' ? 1 : 0);
    });
  family
    .command('remove <account>')
    .description('forget it and its secrets; refused while a connection uses it')
    .action(async (account: string) => {
      await (await accounts()).remove(account);
      out.write(`${words.one} "${account}" removed.\n`);
    });
}

interface AddOptions {
  readonly name?: string;
  readonly preset?: string;
  readonly agree?: true;
  readonly contact?: readonly string[];
  readonly json?: true;
}

function addAdd(family: Command, { command }: Words, add: (input: object, options: AddOptions) => Promise<void>): void {
  const adding = family
    .command('add [file]')
    .description('add one described in JSON ("-": standard input): name, plugin or preset, settings')
    .option('--name <name>', 'what it is called, in place of the name in the file')
    .option('--json', 'machine-readable')
    .action(async (file: string | undefined, options: AddOptions) => {
      if (file === undefined && options.preset === undefined) {
        throw new AppError('BAD_REQUEST', 'Name a file, or a CA with --preset.');
      }
      await add(described(file === undefined ? {} : await readJson(file), options), options);
    });
  if (command !== ISSUERS.command) return;
  adding
    .option(
      '--preset <name>',
      'a CA that is known by name: letsencrypt, letsencrypt-staging, zerossl, google, sslcom …',
    )
    .option('--agree', 'you agree to the terms of service of the CA')
    .option('--contact <address...>', 'e-mail addresses that the CA may write to');
}

function described(file: unknown, { name, preset, agree, contact }: AddOptions): object {
  if (typeof file !== 'object' || file === null) throw new AppError('BAD_REQUEST', 'The file has to hold an object.');
  const given = 'settings' in file && typeof file.settings === 'object' ? file.settings : {};
  const settings = { ...given, ...(agree ? { termsOfServiceAgreed: true } : {}), ...(contact ? { contact } : {}) };
  const fallback = preset !== undefined && !('name' in file) ? { name: preset } : {};
  return { ...fallback, ...file, ...(name ? { name } : {}), ...(preset ? { preset } : {}), settings };
}

class AccountsClient {
  readonly #client: ApiClient;
  readonly #path: string;

  constructor(client: ApiClient, path: string) {
    this.#client = client;
    this.#path = path;
  }

  list(): Promise<readonly AccountView[]> {
    return this.#client.json('GET', this.#path);
  }

  add(input: object): Promise<AccountView> {
    return this.#client.json('POST', this.#path, input);
  }

  test(account: string): Promise<AccountTestView> {
    return this.#client.json('POST', `${this.#path}/${encodeURIComponent(account)}/test`, {});
  }

  async remove(account: string): Promise<void> {
    await this.#client.json('DELETE', `${this.#path}/${encodeURIComponent(account)}`);
  }
}

function accountTable(accounts: readonly AccountView[], { command }: Words): string {
  if (accounts.length === 0) return `None yet. Add one: certferry ${command} add FILE\n`;
  const rows = accounts.map(({ id, name, title, practice, usedBy }) => [
    String(id),
    name,
    practice ? `${title} (for practice: nobody trusts it)` : title,
    usedBy.count === 1 ? '1 connection' : `${usedBy.count} connections`,
  ]);
  return table(['ID', 'NAME', 'SERVICE', 'USED BY'], rows);
}
