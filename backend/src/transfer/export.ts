import { isAccountUse, partsOf } from '../renewal/parts.ts';
import type { Account } from '../store/accounts.ts';
import type { StoredCalendar } from '../store/calendars.ts';
import type { Connection, Part, PluginRef, Store } from '../store/store.ts';
import { VERSION } from '../version.ts';
import type {
  ConnectionsFile,
  FileAccount,
  FileCalendar,
  FileConnection,
  FileCredential,
  FileOwnPart,
  FilePart,
} from './file.ts';

/** All connections, with what they use. Secrets are among them only when that is asked. */
export async function exportConnections(store: Store, withSecrets: boolean, now: Date): Promise<ConnectionsFile> {
  return await store.transaction(async (tx) => {
    const writer = new FileWriter(tx, withSecrets);
    const connections = await tx.connections.all();
    const parts = connections.flatMap(partsOf);
    const usedAccounts = new Set(parts.flatMap((part) => (isAccountUse(part) ? [part.account] : [])));
    const accounts = (await tx.accounts.all()).filter(({ id }) => usedAccounts.has(id));
    const refs = [...accounts.map(({ ref }) => ref), ...parts.flatMap((part) => (isAccountUse(part) ? [] : [part]))];
    const shared = new Set(refs.flatMap(({ credential }) => (isShared(credential) ? [credential] : [])));
    const usedCalendars = new Set(
      connections.flatMap(({ policy }) => [policy.renewalCalendar, policy.restartCalendar]),
    );
    return {
      product: 'certferry',
      kind: 'connections',
      format: 1,
      version: VERSION,
      createdAt: now.toISOString(),
      calendars: (await tx.calendars.all()).filter(({ id }) => usedCalendars.has(id)).map(calendarInFile),
      credentials: await inOrder([...shared].sort(), (name) => writer.credential(name)),
      accounts: await inOrder(accounts, (account) => writer.account(account)),
      connections: await inOrder(connections, (connection) => writer.connection(connection)),
    };
  });
}

/** Writes single things as they stand in a file. */
export class FileWriter {
  readonly #store: Store;
  readonly #withSecrets: boolean;

  constructor(store: Store, withSecrets: boolean) {
    this.#store = store;
    this.#withSecrets = withSecrets;
  }

  async connection({ name, slot, dnsNames, policy, ...parts }: Connection): Promise<FileConnection> {
    return {
      name,
      appliance: await this.#own(parts.appliance),
      slot,
      dnsNames: [...dnsNames],
      issuer: await this.#part(parts.issuer),
      ...(parts.secondIssuer && { secondIssuer: await this.#part(parts.secondIssuer) }),
      ...(parts.secondChain !== null && { secondChain: parts.secondChain }),
      dns: await this.#part(parts.dns),
      dnsRules: await inOrder(parts.dnsRules, async ({ suffix, use }) => ({ suffix, use: await this.#part(use) })),
      challenge: parts.challenge,
      http: await this.#own(parts.http),
      policy: {
        ...policy,
        propagation: policy.propagation && {
          ...policy.propagation,
          checkResolvers: [...policy.propagation.checkResolvers],
        },
        emergency: policy.emergency,
        renewalCalendar: await this.#calendarName(policy.renewalCalendar),
        restartCalendar: await this.#calendarName(policy.restartCalendar),
      },
    };
  }

  async account({ family, name, ref }: Account): Promise<FileAccount> {
    return { family, name, ...(await this.#own(ref)) };
  }

  async credential(name: string): Promise<FileCredential> {
    const entry = await this.#store.vault.get(name);
    return { name, plugin: entry?.plugin ?? '', ...(await this.#secretsOf(name)) };
  }

  async #part(part: Part): Promise<FilePart> {
    if (!isAccountUse(part)) return await this.#own(part);
    return { account: (await this.#store.accounts.get(part.account))?.name ?? `account ${part.account}` };
  }

  async #own({ plugin, settings, credential }: PluginRef): Promise<FileOwnPart> {
    // Settings are JSON: they are a column of the database.
    const open = JSON.parse(JSON.stringify(settings));
    if (isShared(credential)) return { plugin, settings: open, credential };
    return { plugin, settings: open, ...(await this.#secretsOf(credential)) };
  }

  async #secretsOf(credential: string | null): Promise<{ secrets?: Record<string, string> }> {
    if (!this.#withSecrets || credential === null) return {};
    const { fields = {} } = (await this.#store.vault.get(credential)) ?? {};
    return { secrets: Object.fromEntries(Object.entries(fields).map(([name, secret]) => [name, secret.reveal()])) };
  }

  async #calendarName(id: number | null): Promise<string | null> {
    return id === null ? null : ((await this.#store.calendars.get(id))?.name ?? null);
  }
}

export function calendarInFile({ name, zone, openings, freezes, iCalendar, copy }: StoredCalendar): FileCalendar {
  return {
    name,
    zone,
    openings: openings.map((opening) => ({ ...opening, days: [...opening.days] })),
    freezes: [...freezes],
    iCalendar,
    copy,
  };
}

/** Names that people choose have no colon; the others belong to one connection or account. */
function isShared(credential: string | null): credential is string {
  return credential !== null && !credential.includes(':');
}

/** One after the other: the transaction has one connection. */
async function inOrder<T, R>(values: readonly T[], work: (value: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const value of values) results.push(await work(value));
  return results;
}
