import { createHash, generateKeyPair } from 'node:crypto';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import ssh2, { type Connection, type ServerChannel } from 'ssh2';
import type { Accounts } from '../vos-sim/accounts.ts';
import { GatedPort } from '../vos-sim/gated-port.ts';

export interface CommandLineSettings {
  readonly host: string;
  readonly accounts: Accounts;
  /** What a command prints before the line that ends each answer. */
  readonly answer: (line: string) => string;
}

/** The command line over SSH: no prompt, each answer ends with a line `OK`. */
export class CommandLine implements AsyncDisposable {
  readonly #gate: GatedPort;
  /** `SHA256:…` as OpenSSH prints it. */
  readonly hostKey: string;

  private constructor(gate: GatedPort, hostKey: string) {
    this.#gate = gate;
    this.hostKey = hostKey;
  }

  get port(): number {
    return this.#gate.number;
  }

  static async open(settings: CommandLineSettings): Promise<CommandLine> {
    const { privateKey } = await promisify(generateKeyPair)('ec', {
      namedCurve: 'P-256',
      privateKeyEncoding: { type: 'sec1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const newServer = () =>
      createServer({ noDelay: true }, (socket) => {
        new ssh2.Server({ hostKeys: [privateKey] }, (client) => serve(client, settings)).injectSocket(socket);
      });
    const gate = await GatedPort.open({ host: settings.host, port: undefined, newServer });
    return new CommandLine(gate, fingerprintOf(privateKey));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#gate.close();
  }
}

function serve(client: Connection, { accounts, answer }: CommandLineSettings): void {
  client.on('error', () => undefined);
  client.on('authentication', (context) => {
    if (context.method !== 'password') return context.reject(['password']);
    if (accounts.logIn(context.username, context.password)) context.accept();
    else context.reject(['password']);
  });
  client.on('session', (accept) => {
    const session = accept();
    session.on('pty', (acceptPty) => acceptPty?.());
    session.on('shell', (acceptShell) => converse(acceptShell(), answer));
  });
}

function converse(channel: ServerChannel, answer: (line: string) => string): void {
  let typed = '';
  channel.on('error', () => undefined);
  channel.write('Welcome to the simulated Expressway\r\nSW Release Date: none\r\n\r\nOK\r\n');
  channel.on('data', (chunk: Buffer) => {
    typed += chunk.toString('utf8');
    for (let end = typed.indexOf('\n'); end >= 0; end = typed.indexOf('\n')) {
      const line = typed.slice(0, end).trim();
      typed = typed.slice(end + 1);
      channel.write(`${line}\r\n${answer(line).replaceAll('\n', '\r\n')}\r\n`);
    }
  });
}

function fingerprintOf(privateKeyPem: string): string {
  const key = ssh2.utils.parseKey(privateKeyPem);
  if (key instanceof Error) throw key;
  return `SHA256:${createHash('sha256').update(key.getPublicSSH()).digest('base64').replace(/=+$/, '')}`;
}
