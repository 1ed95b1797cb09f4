import { createHash, generateKeyPair } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { promisify } from 'node:util';
import ssh2, { type AuthContext, type Connection, type ServerChannel, type Session } from 'ssh2';
import type { Account, Accounts } from './accounts.ts';
import { pause } from './chance.ts';
import type { CliWorld } from './commands.ts';
import { GatedPort } from './gated-port.ts';
import { TEXTS } from './refusal.ts';
import { Shell, startUpBanner } from './shell.ts';
import { Terminal, type Window } from './terminal.ts';

export interface SshSettings {
  readonly host: string;
  readonly port: number | undefined;
  readonly accounts: Accounts;
  readonly world: CliWorld;
  /** Fires when the lab is taken down. */
  readonly life: AbortSignal;
}

/** As OpenSSH's `MaxAuthTries`. */
const MAX_LOGINS = 6;

/** The SSH port of the node. It stays up while Tomcat restarts. */
export class SshPort implements AsyncDisposable {
  readonly gate: GatedPort;
  /** `SHA256:…` as OpenSSH prints it. */
  readonly hostKey: string;

  private constructor(gate: GatedPort, hostKey: string) {
    this.gate = gate;
    this.hostKey = hostKey;
  }

  get port(): number {
    return this.gate.number;
  }

  /** @throws when the port asked for is taken */
  static async open(settings: SshSettings): Promise<SshPort> {
    const { privateKey } = await promisify(generateKeyPair)('ec', {
      namedCurve: 'P-256',
      privateKeyEncoding: { type: 'sec1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const { host, port } = settings;
    // One protocol object per socket, because it tells of a client too late to know which socket it belongs to.
    const newServer = () =>
      createServer({ noDelay: true }, (socket) => {
        const listener = (client: Connection): void => serve(client, socket, settings);
        new ssh2.Server({ hostKeys: [privateKey], ident: 'OpenSSH_8.0' }, listener).injectSocket(socket);
      });
    return new SshPort(await GatedPort.open({ host, port, newServer }), fingerprintOf(privateKey));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gate.close();
  }
}

function serve(client: Connection, socket: Socket, settings: SshSettings): void {
  let account: Account | null = null;
  let logins = 0;
  client.on('error', () => undefined);
  client.on('authentication', (context) => {
    void logIn(context, settings).then((found) => {
      account = found;
      if (found) return context.accept();
      if (context.method !== 'none') logins += 1;
      if (logins >= MAX_LOGINS) client.end();
      else context.reject(['keyboard-interactive', 'password']);
    });
  });
  client.on('session', (accept) => {
    if (account) offer(accept(), account, () => socket.destroy(), settings);
  });
}

async function logIn(context: AuthContext, { accounts, life }: SshSettings): Promise<Account | null> {
  const password = await passwordOf(context, accounts.areLocked ? TEXTS.locked : '');
  if (password === null) return null;
  await pause(5, 60, life).catch(() => undefined);
  return accounts.logIn(context.username, password);
}

async function passwordOf(context: AuthContext, notice: string): Promise<string | null> {
  if (context.method === 'password') return context.password;
  if (context.method !== 'keyboard-interactive') return null;
  return await new Promise((resolve) => {
    context.prompt([{ prompt: 'Password: ', echo: false }], '', notice, (answers) => resolve(answers[0] ?? ''));
  });
}

/** A shell, with or without a pseudo-terminal. A command gets the start-up banner only. */
function offer(session: Session, account: Account, drop: () => void, settings: SshSettings): void {
  const { world, life } = settings;
  const window: Window = { pty: false, rows: 24 };
  session.on('pty', (accept, _reject, { rows }) => {
    window.pty = true;
    window.rows = rows || 24;
    accept?.();
  });
  session.on('window-change', (accept, _reject, { rows }) => {
    window.rows = rows || 24;
    accept?.();
  });
  session.on('shell', (accept) => {
    const shell = new Shell(new Terminal(accept(), window, life), account, world, life, drop);
    shell.run().catch(drop);
  });
  session.on('exec', (accept) => {
    const channel: ServerChannel = accept();
    channel.write(startUpBanner(world).replaceAll('\n', '\r\n'));
    channel.exit(0);
    channel.end();
  });
}

function fingerprintOf(privateKey: string): string {
  const key = ssh2.utils.parseKey(privateKey);
  if (key instanceof Error) throw key;
  return `SHA256:${createHash('sha256').update(key.getPublicSSH()).digest('base64').replace(/=+$/, '')}`;
}
