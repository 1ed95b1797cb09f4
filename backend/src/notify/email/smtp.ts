import type { Socket } from 'node:net';
import { createTransport, type Transporter } from 'nodemailer';
import type SMTPTransport from 'nodemailer/lib/smtp-transport/index.js';
import { AppError, type ErrorCode } from '../../domain/errors.ts';
import { Secret } from '../../domain/secret.ts';
import { TransportError } from '../../plugins/http.ts';
import { redact } from '../../plugins/redact.ts';
import { shakeHands } from '../../plugins/tls-dialer.ts';
import { transportFailure } from '../../plugins/transport-failure.ts';
import type { Trust } from '../../plugins/trust.ts';
import { inOneLine } from '../http-call.ts';

export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  readonly security: 'starttls' | 'tls' | 'none';
  readonly login: { readonly user: string; readonly password: Secret } | null;
  readonly trust: Trust;
}

type Smtp = Transporter<SMTPTransport.SentMessageInfo, SMTPTransport.Options>;

const CONNECT_MS = 10_000;
const SOCKET_MS = 30_000;

/**
 * Gives `work` a connection to the server, and closes it when `work` is over or the signal aborts.
 *
 * @throws AppError NOTIFIER_…
 */
export async function withTransport(
  server: SmtpServer,
  signal: AbortSignal,
  work: (transport: Smtp) => Promise<string>,
): Promise<string> {
  signal.throwIfAborted();
  const sockets: Socket[] = [];
  const transport = createTransport(await optionsOf(server, signal, sockets));
  let aborted = () => {};
  const gone = new Promise<never>((_, reject) => {
    aborted = () => reject(signal.reason);
    signal.addEventListener('abort', aborted, { once: true });
  });
  try {
    const working = work(transport);
    // An abort wins; what the connection says to being cut is of no interest.
    working.catch(() => {});
    return inOneLine(await Promise.race([working, gone]));
  } catch (cause) {
    signal.throwIfAborted();
    throw failureOf(cause, server);
  } finally {
    signal.removeEventListener('abort', aborted);
    transport.close();
    for (const socket of sockets) socket.destroy();
  }
}

async function optionsOf(server: SmtpServer, signal: AbortSignal, sockets: Socket[]): Promise<SMTPTransport.Options> {
  const { host, port, security, login, trust } = server;
  return {
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SOCKET_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true, ...bundleOf(trust) },
    ...(login === null ? {} : { auth: { user: login.user, pass: login.password.reveal() } }),
    ...(trust.mode === 'pin' && security === 'tls' ? await pinned(server, trust.sha256, signal, sockets) : {}),
  };
}

function bundleOf(trust: Trust) {
  // A bundle may end at an intermediate, or at the certificate itself: whoever gives it means to trust what it holds.
  return trust.mode === 'bundle' ? { ca: trust.caPem, allowPartialTrustChain: true } : {};
}

/** The certificate is compared before anything is sent; nodemailer then takes over the socket. */
async function pinned({ host, port }: SmtpServer, pins: readonly string[], signal: AbortSignal, sockets: Socket[]) {
  const dial = shakeHands({ host, port, serverName: host }, { timeoutMs: CONNECT_MS, signal });
  const { socket, served } = await dial.catch((cause: unknown) => {
    signal.throwIfAborted();
    throw failureOf(cause, { host, port, login: null });
  });
  sockets.push(socket);
  if (pins.includes(served.sha256)) return { connection: socket, secured: true };
  socket.destroy();
  throw new AppError(
    'NOTIFIER_NOT_TRUSTED',
    `${host}:${port} shows the certificate with SHA-256 ${served.sha256}, but pinned is ${pins.join(' or ')}.`,
  );
}

/** Failures of nodemailer: https://nodemailer.com/smtp#error-codes */
function failureOf(cause: unknown, { host, port, login }: Pick<SmtpServer, 'host' | 'port' | 'login'>): AppError {
  if (cause instanceof AppError) return cause;
  const { responseCode, response, message } = smtpError(cause);
  const secrets = login === null ? [] : [login.password, ...loginForms(login)];
  const said = redact(inOneLine(response ?? message), secrets);
  if (responseCode !== undefined) {
    return new AppError(codeOf(responseCode, cause), `${host}:${port} said: ${said}.`.replace(/\.\.$/, '.'), {
      evidence: { status: responseCode, body: said },
    });
  }
  const { code } = smtpError(cause);
  if (code === 'EAUTH' || code === 'ENOAUTH')
    return new AppError('NOTIFIER_DENIED', `${host}:${port} takes no login in a way that certferry has (${said}).`);
  if (/STARTTLS/i.test(message) && code === 'ETLS')
    return new AppError('NOTIFIER_REFUSED', `${host}:${port} offers no STARTTLS (${said}). Choose another encryption.`);
  return unreachable(cause, `${host}:${port}`);
}

function unreachable(cause: unknown, peer: string): AppError {
  const failure = transportFailure(rootOf(cause), peer, true);
  const code = failure.kind === 'untrusted' ? 'NOTIFIER_NOT_TRUSTED' : 'NOTIFIER_UNREACHABLE';
  return new AppError(code, `${failure.message}.`, { cause: failure });
}

/** nodemailer puts its own code over that of the system, and keeps that one in the message or the cause. */
function rootOf(cause: unknown): unknown {
  if (cause instanceof TransportError || !(cause instanceof Error)) return cause;
  const { message } = cause;
  const system = /\b(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE)\b/.exec(message)?.[1];
  if (system) return Object.assign(new Error(message), { code: system });
  if (smtpError(cause).code === 'ETIMEDOUT') return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
  if (/certificate|altnames|self.signed|issuer/i.test(message))
    return Object.assign(new Error(message), { code: 'CERT_UNTRUSTED' });
  return cause;
}

/** RFC 4954: 530, 534, 535 and 538 are about the login; 550 to 554 and 501, 503 say that the mail is not taken as it is. */
function codeOf(status: number, cause: unknown): ErrorCode {
  if (smtpError(cause).code === 'EAUTH' || [530, 534, 535, 538].includes(status))
    return status >= 500 || status === 432 ? 'NOTIFIER_DENIED' : 'NOTIFIER_UNREACHABLE';
  if (status >= 400 && status < 500) return 'NOTIFIER_UNREACHABLE';
  return [550, 551, 553].includes(status) ? 'NOTIFIER_DENIED' : 'NOTIFIER_REFUSED';
}

function smtpError(cause: unknown) {
  if (!(cause instanceof Error)) return { message: String(cause) };
  const { code, response, responseCode } = cause as Error & {
    readonly code?: string;
    readonly response?: string;
    readonly responseCode?: number;
  };
  return { message: cause.message, code, response, responseCode };
}

/** As AUTH PLAIN sends it (RFC 4616). */
function loginForms({ user, password }: NonNullable<SmtpServer['login']>): readonly Secret[] {
  return [new Secret(Buffer.from(`\0${user}\0${password.reveal()}`).toString('base64'))];
}
