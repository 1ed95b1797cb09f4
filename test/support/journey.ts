import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type FaultName, KeyStock, type Lab, type LabOptions, startLab } from '@certferry/lab';
import { pino } from 'pino';
import { type App, createApp, type Overrides } from '../../backend/src/app.ts';
import { labConnection } from '../../backend/src/cli/lab-connection.ts';
import { type Config, readConfig } from '../../backend/src/config/config.ts';
import { readSecrets, type Secrets } from '../../backend/src/config/secrets.ts';
import { addConnection, type ConnectionInput } from '../../backend/src/connections.ts';
import type { Role } from '../../backend/src/domain/roles.ts';
import { Secret } from '../../backend/src/domain/secret.ts';
import type { Facts } from '../../backend/src/renewal/facts.ts';
import type { RenewalOptions } from '../../backend/src/renewal/runner.ts';
import { type Listening, listen } from '../../backend/src/server.ts';
import type { User } from '../../backend/src/store/access.ts';
import type { DomainEvent, StoredEvent } from '../../backend/src/store/events.ts';
import type { Connection } from '../../backend/src/store/store.ts';
import { PASSWORD, WEAK_SCRYPT } from './daemon.ts';
import { expectNoSecrets, expectNothingOfTheSite, type Haystack } from './leaks.ts';
import { scratchFolder } from './scratch.ts';

export interface JourneyOptions {
  readonly lab?: LabOptions;
  readonly faults?: readonly FaultName[];
  /** Changes the lab's connection before it is stored. */
  readonly connection?: (input: ConnectionInput, lab: Lab) => ConnectionInput;
  readonly overrides?: Partial<Overrides>;
  /** In place of what the lab would have: another DNS, HTTPS. */
  readonly config?: Partial<Config>;
}

export interface Ended {
  readonly id: string;
  readonly finished: Extract<DomainEvent, { type: 'renewal.finished' }>;
  readonly events: readonly StoredEvent[];
  readonly facts: Partial<Facts>;
}

/** Milliseconds: long enough for a restarting Tomcat, short enough for a test. */
const RETRY_LADDER_MS = [200, 400, 800, ...Array<number>(8).fill(1_500)];
const DEADLINE_MS = 110_000;

const keys = new KeyStock();

/**
 * The whole product on a lab of its own: real sockets, real files. When it is disposed, everything it wrote or
 * answered is searched for the secrets that were used.
 */
export class Journey implements AsyncDisposable {
  readonly lab: Lab;
  readonly folder: string;
  readonly secrets: Secrets;
  readonly logLines: string[];
  readonly connection: Connection;
  #app: App;
  readonly #overrides: Partial<Overrides>;

  private constructor(
    parts: Pick<Journey, 'lab' | 'folder' | 'secrets' | 'logLines' | 'connection'> & {
      app: App;
      overrides: Partial<Overrides>;
    },
  ) {
    this.lab = parts.lab;
    this.folder = parts.folder;
    this.secrets = parts.secrets;
    this.logLines = parts.logLines;
    this.connection = parts.connection;
    this.#app = parts.app;
    this.#overrides = parts.overrides;
  }

  static async start(options: JourneyOptions = {}): Promise<Journey> {
    const lab = await startLab({ restartMs: 300, keys, ...options.lab });
    for (const fault of options.faults ?? []) lab.faults.on(fault);
    const folder = await scratchFolder('certferry-journey-');
    const config = { ...configIn(folder, lab), ...options.config };
    const secrets = await readSecrets({}, config);
    const logLines: string[] = [];
    const log = pino({ level: 'debug' }, { write: (line: string) => logLines.push(line) });
    const practice = {
      connection: () => (lab.cluster || lab.box ? labConnection(lab) : oneService(labConnection(lab))),
    };
    const overrides = {
      log,
      retryLadderMs: RETRY_LADDER_MS,
      scrypt: WEAK_SCRYPT,
      practice,
      schedule: false,
      ...options.overrides,
    };
    const app = await createApp(config, secrets, overrides);
    const input = practice.connection();
    const connection = await addConnection(app.store, options.connection?.(input, lab) ?? input);
    await app.start();
    return new Journey({ lab, folder, secrets, logLines, connection, app, overrides });
  }

  get app(): App {
    return this.#app;
  }

  /** Stops the daemon and starts another one on the same files. */
  async restart(): Promise<void> {
    await this.release();
    await this.takeOver();
  }

  /** Stops the daemon in this process, so that another one can have the files. */
  async release(): Promise<void> {
    await this.#app[Symbol.asyncDispose]();
  }

  /** Starts a daemon on the files of one that is gone. Returns the ids of all renewals it found, the last first. */
  async takeOver(): Promise<readonly string[]> {
    this.#app = await createApp(this.#app.config, this.secrets, this.#overrides);
    await this.#app.start();
    return (await this.#app.store.renewals.list({ limit: 10 })).map(({ id }) => id);
  }

  /** The API on any free port. */
  listen(): Promise<Listening> {
    return listen({ ...this.#app, config: { ...this.#app.config, port: 0 } }, this.secrets.accessToken);
  }

  /** For commands that ask the daemon at `url`. */
  environment(url: string): Record<string, string> {
    return { CERTFERRY_PUBLIC_URL: url, CERTFERRY_ACCESS_TOKEN: this.secrets.accessToken.reveal() };
  }

  /** A user of that role, whose password is PASSWORD. Repeatable. */
  async user(name: string, role: Role = 'admin'): Promise<User> {
    const { access, store } = this.#app;
    const input = { name, role, scope: 'all', password: new Secret(PASSWORD), temporary: false } as const;
    return (await store.access.users.byName(name)) ?? (await access.users.create(input, 'a test'));
  }

  /** What the cookie of a browser holds in which this user has logged in. */
  async session(name: string, role: Role = 'admin'): Promise<string> {
    const user = await this.user(name, role);
    return (await this.#app.access.sessions.begin(user, 'password', { address: '127.0.0.1', agent: 'a test' })).secret;
  }

  start(options?: RenewalOptions): Promise<string> {
    return this.#app.runner.start(this.connection.id, 'operator', options);
  }

  async renew(options?: RenewalOptions): Promise<Ended> {
    return this.ended(await this.start(options));
  }

  async ended(id: string): Promise<Ended> {
    const finished = await this.event(id, 'renewal.finished');
    const row = await this.#app.store.renewals.get(id);
    const events = await this.#app.store.events.read({ renewalId: id, limit: 10_000 });
    return { id, finished, events, facts: (row?.facts ?? {}) as Partial<Facts> };
  }

  /** The first event of this kind that a renewal has, or will have. */
  async event<Type extends DomainEvent['type']>(
    renewalId: string,
    type: Type,
    matches: (event: Extract<DomainEvent, { type: Type }>) => boolean = () => true,
  ): Promise<Extract<DomainEvent, { type: Type }>> {
    for await (const { event } of this.#app.store.events.follow(0, AbortSignal.timeout(DEADLINE_MS))) {
      if (!('renewalId' in event) || event.renewalId !== renewalId) continue;
      if (event.type === 'renewal.finished' && type !== event.type) break;
      if (event.type !== type) continue;
      const found = event as Extract<DomainEvent, { type: Type }>;
      if (matches(found)) return found;
    }
    throw new Error(`Renewal ${renewalId} ended, or ${DEADLINE_MS} ms passed, without ${type}.`);
  }

  /** What the lab has counted: certificates signed and restarts of Tomcat. */
  effects(): { readonly issued: number; readonly restarts: number; readonly records: readonly string[] } {
    const { ca, exchanges, dns } = this.lab;
    const names = this.connection.dnsNames.map((name) => `_acme-challenge.${name}`);
    return {
      issued: ca.issued().length,
      restarts: exchanges.count('vos.restart'),
      records: names.flatMap((name) => dns.txt(name)),
    };
  }

  /** Where it keeps its files, or another installation could. */
  folders(name = '.'): Record<string, string> {
    return foldersIn(join(this.folder, name));
  }

  /** Loses everything that a stopped daemon has kept. */
  async wipe(): Promise<void> {
    for (const name of ['data', 'accounts']) await rm(join(this.folder, name), { recursive: true });
  }

  /** Relative paths of everything in accounts/. */
  accountsFiles(): Promise<readonly string[]> {
    return readdir(join(this.folder, 'accounts'), { recursive: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      const answers = await this.#answers();
      await this.#app[Symbol.asyncDispose]();
      expectNoSecrets([...answers, ...(await this.#written())], await this.#used());
      expectNothingOfTheSite(answers.filter(({ where }) => where.endsWith('/exchanges')));
    } finally {
      await this.#app[Symbol.asyncDispose]();
      await this.lab[Symbol.asyncDispose]();
      await rm(this.folder, { recursive: true, force: true });
    }
  }

  async #written(): Promise<Haystack[]> {
    return [
      { where: 'the log', content: this.logLines.join('') },
      ...(await filesIn(join(this.folder, 'data'), (name) => name.startsWith('certferry.sqlite'))),
      ...(await filesIn(join(this.folder, 'accounts'), (name) => !name.endsWith('account.key'))),
    ];
  }

  async #answers(): Promise<Haystack[]> {
    // Without its own certificate, which a test may have replaced.
    const plain = { ...this.#app, tls: null, config: { ...this.#app.config, port: 0 } };
    await using server = await listen(plain, this.secrets.accessToken);
    const headers = { authorization: `Bearer ${this.secrets.accessToken.reveal()}` };
    const renewals = await this.#app.store.renewals.list({ limit: 100 });
    const paths = [
      'connections',
      `connections/${this.connection.id}`,
      'renewals',
      'credentials',
      'issuers',
      'dns-accounts',
      'plugins',
      ...renewals.flatMap(({ id }) => [`renewals/${id}`, `renewals/${id}/exchanges`]),
      ...renewals.flatMap(({ id }) => [`renewals/${id}/evidence`, `renewals/${id}/evidence.html`]),
      'audit?limit=500',
      'audit/export',
    ];
    return await Promise.all(
      paths.map(async (path) => {
        const answer = await fetch(`${server.url}/api/v1/${path}`, { headers });
        return { where: `GET /api/v1/${path}`, content: await answer.text() };
      }),
    );
  }

  async #used(): Promise<Record<string, string>> {
    const { lab, secrets } = this;
    const keys = await filesIn(join(this.folder, 'accounts'), (name) => name.endsWith('account.key'));
    const keyBodies = keys.map(({ content }, index) => [`account key ${index}`, String(content).split('\n')[1] ?? '']);
    return {
      password: lab.password,
      'basic authentication': Buffer.from(`${lab.user}:${lab.password}`).toString('base64'),
      'TSIG key': lab.dns.tsig.secret,
      'access token': secrets.accessToken.reveal(),
      'master key': secrets.masterKey.reveal(),
      ...Object.fromEntries(keyBodies),
    };
  }
}

/** Emergency Responder restarts Tomcat and nothing else, which is all that most journeys need, and takes less time. */
function oneService(input: ConnectionInput): ConnectionInput {
  const { appliance } = input;
  const settings = { ...appliance.settings, product: 'cer' };
  return { ...input, appliance: { ...appliance, settings }, policy: { ...input.policy, verifyPatienceSeconds: 25 } };
}

function configIn(folder: string, lab: Lab) {
  const config = readConfig({
    ...foldersIn(folder),
    ...{ CERTFERRY_BACKUP_AT: 'never', CERTFERRY_HTTPS: 'off', CERTFERRY_REQUESTS_PER_MINUTE: '1000000' },
  });
  return { ...config, resolvers: [lab.dns.resolver], nameServers: lab.dns.nameServers };
}

function foldersIn(folder: string) {
  return { CERTFERRY_DATA_DIR: join(folder, 'data'), CERTFERRY_ACCOUNTS_DIR: join(folder, 'accounts') };
}

async function filesIn(folder: string, wanted: (name: string) => boolean): Promise<Haystack[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && wanted(entry.name));
  return Promise.all(
    files.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      return { where: path, content: await readFile(path, 'latin1') };
    }),
  );
}
