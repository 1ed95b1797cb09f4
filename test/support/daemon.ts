import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type App, createApp, type Overrides } from '../../backend/src/app.ts';
import { readConfig } from '../../backend/src/config/config.ts';
import { readSecrets, type Secrets } from '../../backend/src/config/secrets.ts';
import type { Role, Scope } from '../../backend/src/domain/roles.ts';
import { Secret } from '../../backend/src/domain/secret.ts';
import { type Listening, listen } from '../../backend/src/server.ts';
import type { AccessEvent } from '../../backend/src/store/access-events.ts';

/** Cheap, so that logging in takes no time. */
export const WEAK_SCRYPT = { ln: 4, r: 8, p: 1 };

export const PASSWORD = 'plum yonder quartz vessel';

/** What a request is sent with. */
export type Caller = Readonly<Record<string, string>>;

/** The daemon without a lab: for what concerns no appliance. */
export class Daemon implements AsyncDisposable {
  readonly app: App;
  readonly secrets: Secrets;
  readonly folder: string;
  readonly #server: Listening;

  private constructor(app: App, secrets: Secrets, folder: string, server: Listening) {
    this.app = app;
    this.secrets = secrets;
    this.folder = folder;
    this.#server = server;
  }

  static async start(overrides: Partial<Overrides> = {}, env: Readonly<Record<string, string>> = {}): Promise<Daemon> {
    const folder = await mkdtemp(join(tmpdir(), 'certferry-daemon-'));
    const config = readConfig({
      CERTFERRY_PORT: '0',
      CERTFERRY_HTTPS: 'off',
      CERTFERRY_REQUESTS_PER_MINUTE: '1000000',
      CERTFERRY_DATA_DIR: join(folder, 'data'),
      CERTFERRY_ACCOUNTS_DIR: join(folder, 'accounts'),
      ...env,
    });
    const secrets = await readSecrets({}, config);
    const log = pino({ level: 'silent' });
    const app = await createApp(config, secrets, { log, scrypt: WEAK_SCRYPT, loginsPerMinute: 1_000, ...overrides });
    return new Daemon(app, secrets, folder, await listen(app, secrets.accessToken));
  }

  get url(): string {
    return this.#server.url;
  }

  /** Whoever can read the data folder. */
  get local(): Caller {
    return { authorization: `Bearer ${this.secrets.accessToken.reveal()}` };
  }

  async user(name: string, role: Role, scope: Scope = 'all'): Promise<number> {
    const input = { name, role, scope, password: new Secret(PASSWORD), temporary: false };
    return (await this.app.access.users.create(input, 'a test')).id;
  }

  async token(role: Role, connectionIds: readonly number[] | null = null): Promise<Caller> {
    const input = { name: `${role} token`, role, connectionIds, expiresInDays: 90 };
    const { secret } = await this.app.access.tokens.create(input, 'a test');
    return { authorization: `Bearer ${secret.reveal()}` };
  }

  call(method: string, path: string, caller: Caller = {}, body?: unknown, signal?: AbortSignal): Promise<Response> {
    return fetch(`${this.url}/api/v1${path}`, {
      method,
      redirect: 'manual',
      headers: { ...caller, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? AbortSignal.timeout(20_000),
    });
  }

  logIn(user: string, password = PASSWORD, code?: string): Promise<Response> {
    return this.call('POST', '/session', {}, { user, password, ...(code === undefined ? {} : { code }) });
  }

  /** With the cookie and the CSRF token of a new session. */
  async loggedIn(user: string, password = PASSWORD, code?: string): Promise<Caller> {
    return callerOf(await this.logIn(user, password, code));
  }

  async accessEvents(): Promise<readonly AccessEvent[]> {
    const events = await this.app.store.events.read({ limit: 10_000 });
    return events.flatMap(({ event }) => (event.type.startsWith('access.') ? [event as AccessEvent] : []));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
    await this.app[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** What a browser sends after an answer that logged it in. */
export async function callerOf(answer: Response): Promise<Caller> {
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`The login was refused: ${text}`);
  const { csrfToken } = JSON.parse(text) as { readonly csrfToken: string };
  return { cookie: cookiesOf(answer), 'x-csrf-token': csrfToken };
}

/** `name=value; name=value` */
export function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0] ?? '')
    .join('; ');
}
