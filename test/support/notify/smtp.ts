import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { TlsIdentity } from '../../../backend/src/plugins/testing/tls-server.ts';

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  /** As it came over the line. */
  readonly source: string;
  readonly secure: boolean;
}

export interface TestMailServer extends AsyncDisposable {
  readonly port: number;
  readonly mails: readonly Mail[];
  readonly logins: readonly string[];
  /** The next mail is answered so. */
  refuseNext(status: number, words: string): void;
  /** The next mail is never answered. */
  hangNext(): void;
}

interface MailServerOptions {
  readonly tls?: { readonly identity: TlsIdentity; readonly implicit: boolean };
  /** Null: takes mail without a login, and offers none. */
  readonly login: { readonly user: string; readonly password: string } | null;
}

/** A real SMTP server on loopback. */
export async function startMailServer({ tls, login }: MailServerOptions): Promise<TestMailServer> {
  const mails: Mail[] = [];
  const logins: string[] = [];
  const scripted: ({ readonly status: number; readonly words: string } | 'hang')[] = [];
  const options: SMTPServerOptions = {
    ...(tls ? { cert: tls.identity.certPem, key: tls.identity.keyPem, secure: tls.implicit } : {}),
    disabledCommands: [...(tls ? [] : ['STARTTLS' as const]), ...(login ? [] : ['AUTH' as const])],
    authOptional: login === null,
    disableReverseLookup: true,
    onAuth({ username = '', password = '' }, _session, done) {
      logins.push(username);
      if (username === login?.user && password === login.password) return done(null, { user: username });
      // Unkind on purpose: it repeats the password.
      return done(
        Object.assign(new Error(`Authentication failed for ${username} with ${password}`), { responseCode: 535 }),
      );
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const next = scripted.shift();
        if (next === 'hang') return;
        if (next) return done(Object.assign(new Error(next.words), { responseCode: next.status }));
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          source: Buffer.concat(chunks).toString('utf8'),
          secure: session.secure,
        });
        return done(null, `queued as ${mails.length}`);
      });
    },
  };
  const server = new SMTPServer(options);
  server.on('error', () => {});
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  return {
    port: (listening.address() as AddressInfo).port,
    mails,
    logins,
    refuseNext: (status, words) => scripted.push({ status, words }),
    hangNext: () => scripted.push('hang'),
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** The text of a mail, decoded: certferry sends quoted-printable or plain parts. */
export function decoded(source: string): string {
  const unfolded = source.replaceAll(/=\r\n/g, '').replaceAll(/\r\n[ \t]/g, ' ');
  const words = unfolded.replaceAll(/=\?UTF-8\?Q\?([^?]*)\?=/gi, (_, text: string) => text.replaceAll('_', ' '));
  const bytes = words.replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
