import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { type Command, Option } from 'commander';
import type { NewTokenView, TokenView, UserView } from '../api/contract/access.ts';
import type { EnvRecord } from '../config/env.ts';
import { AppError } from '../domain/errors.ts';
import { ROLES, type Role, SCOPES, type Scope } from '../domain/roles.ts';
import type { ApiClient } from './client.ts';
import { table } from './tables.ts';

interface Common {
  readonly env: EnvRecord;
  readonly out: NodeJS.WriteStream;
  readonly client: () => Promise<ApiClient>;
}

const ROLE = new Option('--role <role>', 'what it may do').choices([...ROLES]).default('viewer');
const DAY = 86_400_000;

/** Users and API tokens, for whoever runs the machine. */
export function addAccessCommands(program: Command, common: Common): void {
  addUserCommands(program.command('users').description('who may log in'), common);
  addTokenCommands(program.command('tokens').description('API tokens for scripts'), common);
}

function addUserCommands(users: Command, { out, client }: Common): void {
  users
    .command('list')
    .option('--json', 'machine-readable')
    .action(async ({ json }: { json?: true }) => {
      const all = await (await client()).ask<readonly UserView[]>('GET', '/users');
      out.write(json ? `${JSON.stringify(all)}\n` : userTable(all));
    });
  users
    .command('add <name>')
    .description('add a user; prints a password that has to be changed at the first login')
    .addOption(ROLE)
    .addOption(new Option('--scope <scope>', 'which connections it sees').choices([...SCOPES]).default('all'))
    .option('--sso', 'logs in by single sign-on, and has no password')
    .option('--password-stdin', 'read the password from standard input')
    .action(async (name: string, { role, scope, sso, passwordStdin }: AddUserOptions) => {
      const password = sso ? null : await passwordOf(passwordStdin === true);
      await (await client()).ask('POST', '/users', { name, role, scope, password });
      out.write(sso || passwordStdin ? `User ${name} added.\n` : handOver(name, password));
    });
  users
    .command('reset-password <name>')
    .description('give a user another password, and end all sessions; lifts a lock')
    .option('--password-stdin', 'read the password from standard input')
    .action(async (name: string, { passwordStdin }: { passwordStdin?: true }) => {
      const api = await client();
      const password = await passwordOf(passwordStdin === true);
      await api.ask('PUT', `/users/${await idOf(api, name)}/password`, { password });
      out.write(passwordStdin ? `The password of ${name} was reset.\n` : handOver(name, password));
    });
  users
    .command('reset-second-factor <name>')
    .description('for a lost phone: the user logs in by password alone, and sets up another one')
    .action(async (name: string) => {
      const api = await client();
      await api.ask('DELETE', `/users/${await idOf(api, name)}/totp`);
      out.write(`The second factor of ${name} was removed.\n`);
    });
  for (const [command, disabled] of [['disable', true] as const, ['enable', false] as const])
    users
      .command(`${command} <name>`)
      .description(disabled ? 'keep a user out, from now on' : 'let a user in again')
      .action(async (name: string) => {
        const api = await client();
        await api.ask('PATCH', `/users/${await idOf(api, name)}`, { disabled });
        out.write(`User ${name} is ${command}d.\n`);
      });
}

interface AddUserOptions {
  readonly role: Role;
  readonly scope: Scope;
  readonly sso?: true;
  readonly passwordStdin?: true;
}

function addTokenCommands(tokens: Command, { out, client }: Common): void {
  tokens
    .command('list')
    .option('--json', 'machine-readable')
    .action(async ({ json }: { json?: true }) => {
      const all = await (await client()).ask<readonly TokenView[]>('GET', '/tokens');
      out.write(json ? `${JSON.stringify(all)}\n` : tokenTable(all));
    });
  tokens
    .command('create <name>')
    .description('make a token, and print it: nobody can ask for it again')
    .addOption(ROLE)
    .option('--connection <id...>', 'the only connections that it sees')
    .addOption(new Option('--own', 'it sees only the certificates that it registers itself').conflicts('connection'))
    .option('--days <days>', 'how long it is good, at most 365', '90')
    .action(async (name: string, { role, connection, own, days }: CreateTokenOptions) => {
      const connectionIds = own ? [] : (connection?.map(Number) ?? null);
      const made = await (await client()).ask<NewTokenView>('POST', '/tokens', {
        name,
        role,
        connectionIds,
        expiresInDays: Number(days),
      });
      out.write(`${made.token}\n`);
    });
  tokens
    .command('rotate <id>')
    .description('print a successor; the old one stays good for some days')
    .option('--overlap <days>', 'how long both are good', '7')
    .action(async (id: string, { overlap }: { overlap: string }) => {
      const until = Date.now() + Number(overlap) * DAY;
      if (!Number.isFinite(until))
        throw new AppError('BAD_REQUEST', `--overlap: "${overlap}" is not a number of days.`);
      const body = { oldUntil: new Date(until).toISOString() };
      const made = await (await client()).ask<NewTokenView>(
        'POST',
        `/tokens/${encodeURIComponent(id)}/successor`,
        body,
      );
      out.write(`${made.token}\n`);
    });
  tokens
    .command('revoke <id>')
    .description('refuse a token from now on')
    .action(async (id: string) => {
      await (await client()).ask('DELETE', `/tokens/${encodeURIComponent(id)}`);
      out.write(`Token ${id} is revoked.\n`);
    });
}

interface CreateTokenOptions {
  readonly role: Role;
  readonly connection?: readonly string[];
  readonly own?: true;
  readonly days: string;
}

async function passwordOf(fromInput: boolean): Promise<string> {
  if (!fromInput) return randomBytes(12).toString('base64url');
  return (await text(process.stdin)).replace(/\r?\n$/, '');
}

function handOver(name: string, password: string | null): string {
  return `User ${name}, password ${password}\nIt has to be changed at the first login.\n`;
}

async function idOf(api: ApiClient, name: string): Promise<number> {
  const users = await api.ask<readonly UserView[]>('GET', '/users');
  const user = users.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (!user) throw new AppError('NOT_FOUND', `There is no user "${name}".`);
  return user.id;
}

function userTable(users: readonly UserView[]): string {
  if (users.length === 0) return 'No users yet. Add one: certferry users add NAME --role admin\n';
  const rows = users.map(({ name, role, scope, disabled, hasPassword, secondFactor, lastLoginAt }) => [
    name,
    role,
    scope,
    disabled ? 'disabled' : hasPassword ? (secondFactor ? 'password and code' : 'password') : 'single sign-on',
    lastLoginAt ?? 'never',
  ]);
  return table(['USER', 'ROLE', 'SEES', 'LOGIN', 'LAST LOGIN'], rows);
}

function tokenTable(tokens: readonly TokenView[]): string {
  if (tokens.length === 0) return 'No API tokens yet. Make one: certferry tokens create NAME\n';
  const rows = tokens.map(({ id, name, hint, role, connectionIds, expiresAt, revokedAt, lastUsedAt }) => [
    String(id),
    name,
    `${hint}…`,
    role,
    connectionIds === null ? 'all' : connectionIds.join(' ') || 'none yet',
    revokedAt ? 'revoked' : expiresAt.slice(0, 10),
    lastUsedAt ?? 'never',
  ]);
  return table(['ID', 'NAME', 'TOKEN', 'ROLE', 'CONNECTIONS', 'GOOD UNTIL', 'LAST USED'], rows);
}
