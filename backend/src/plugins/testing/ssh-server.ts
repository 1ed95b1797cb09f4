import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import ssh2, { type Algorithms, type AuthContext, type Connection, type ServerChannel } from 'ssh2';
import { hostKeyFingerprint } from '../ssh-login.ts';

export interface SshServerScript {
  readonly password: string;
  /** Methods that the server offers. */
  readonly methods: readonly ('keyboard-interactive' | 'password')[];
  /** Asked after the right password, as an expired account does. */
  readonly secondPrompt?: string;
  /** Speaks only SHA-1 and CBC, as an old appliance. */
  readonly isOld?: boolean;
  readonly shell: (channel: ServerChannel) => void;
}

export interface TestSshServer extends AsyncDisposable {
  readonly port: number;
  /** `SHA256:…` */
  readonly hostKey: string;
  /** One entry for each password that came, however it came: `keyboard-interactive: pw`. */
  readonly passwords: readonly string[];
  /** Methods that clients tried, in order. */
  readonly tried: readonly string[];
  /** Sessions that are open now. */
  readonly open: number;
}

// Of every hundred or so Ed25519 keys that ssh2 1.17 makes it cannot read one itself.
const HOST_KEY = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 });
const OLD_HOST_KEY = ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 });
const OLD_ALGORITHMS: Algorithms = {
  kex: ['diffie-hellman-group14-sha1'],
  serverHostKey: ['ssh-rsa'],
  cipher: ['aes128-cbc'],
};

export async function startSshServer(script: SshServerScript): Promise<TestSshServer> {
  const connections = new Set<Connection>();
  const passwords: string[] = [];
  const tried: string[] = [];
  const key = script.isOld ? OLD_HOST_KEY : HOST_KEY;
  const config = { hostKeys: [key.private], ...(script.isOld ? { algorithms: OLD_ALGORITHMS } : {}) };
  const protocol = new ssh2.Server(config, (connection) => {
    connections.add(connection);
    connection.on('error', () => {});
    connection.on('close', () => connections.delete(connection));
    connection.on('authentication', (attempt) => {
      tried.push(attempt.method);
      judge(attempt, script, passwords);
    });
    connection.on('ready', () => serveShell(connection, script));
  });
  const server = createServer({ noDelay: true }, (socket) => protocol.injectSocket(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    hostKey: fingerprintOf(key.public),
    passwords,
    tried,
    get open() {
      return connections.size;
    },
    async [Symbol.asyncDispose]() {
      for (const connection of connections) connection.end();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function judge(attempt: AuthContext, script: SshServerScript, passwords: string[]): void {
  const reject = () => attempt.reject([...script.methods]);
  if (attempt.method === 'password' && script.methods.includes('password')) {
    passwords.push(`password: ${attempt.password}`);
    if (attempt.password === script.password) attempt.accept();
    else reject();
  } else if (attempt.method === 'keyboard-interactive' && script.methods.includes('keyboard-interactive')) {
    attempt.prompt([{ prompt: 'Password: ', echo: false }], ([password]) => {
      passwords.push(`keyboard-interactive: ${password}`);
      if (password !== script.password) return reject();
      if (!script.secondPrompt) return attempt.accept();
      attempt.prompt([{ prompt: script.secondPrompt, echo: false }], (answers) => {
        passwords.push(...answers.map((answer) => `second prompt: ${answer}`));
        attempt.accept();
      });
    });
  } else {
    reject();
  }
}

function serveShell(connection: Connection, script: SshServerScript): void {
  connection.on('session', (accept) => {
    const session = accept();
    session.on('pty', (acceptPty) => acceptPty?.());
    session.on('shell', (acceptShell) => script.shell(acceptShell()));
  });
}

/** From the line of a public key file: `ssh-ed25519 AAAA…`. */
function fingerprintOf(publicKey: string): string {
  return hostKeyFingerprint(Buffer.from(publicKey.split(' ')[1] ?? '', 'base64'));
}

/**
 * A line-based shell for tests: greets, echoes each line and prints what `answer` gives.
 * The pieces of `greeting` are sent one by one, as packets of their own.
 */
export function scriptedShell(
  greeting: readonly string[],
  answer: (line: string, channel: ServerChannel) => string,
): (channel: ServerChannel) => void {
  return (channel) => {
    let typed = '';
    channel.on('data', (chunk: Buffer) => {
      typed += chunk.toString('utf8');
      for (let end = typed.indexOf('\n'); end >= 0; end = typed.indexOf('\n')) {
        const line = typed.slice(0, end);
        typed = typed.slice(end + 1);
        channel.write(`${line}\r\n${answer(line, channel)}`);
      }
    });
    sendPieces(channel, greeting);
  };
}

/** Each piece after the event loop has turned, so that it arrives as a packet of its own. */
export function sendPieces(channel: ServerChannel, pieces: readonly string[]): void {
  const [first, ...rest] = pieces;
  if (first === undefined) return;
  setTimeout(() => {
    channel.write(first);
    sendPieces(channel, rest);
  }, 5);
}
