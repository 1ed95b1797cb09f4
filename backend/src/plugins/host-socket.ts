import { once } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import { AppError } from '../domain/errors.ts';
import { Deadline, isTimeout } from './deadline.ts';
import type { HostSocket } from './file-host.ts';

const CONNECT_MS = 10_000;

export type Connect = (socket: HostSocket, signal: AbortSignal) => Promise<Duplex>;

/** `/run/haproxy/admin.sock` or `lb1.example.com:9999` */
export function socketName(socket: HostSocket): string {
  if ('path' in socket) return socket.path;
  return socket.host.includes(':') ? `[${socket.host}]:${socket.port}` : `${socket.host}:${socket.port}`;
}

/** As `FileHost.connect` promises. */
export async function localSocket(target: HostSocket, signal: AbortSignal): Promise<Duplex> {
  signal.throwIfAborted();
  using deadline = new Deadline(signal, CONNECT_MS);
  const socket = connect({ ...target });
  try {
    await once(socket, 'connect', { signal: deadline.signal });
    return socket;
  } catch (cause) {
    // What still happens to it is nobody's concern any more.
    socket.on('error', () => {}).destroy();
    signal.throwIfAborted();
    throw failure(`${socketName(target)} cannot be reached`, deadline.signal.aborted ? deadline.signal.reason : cause);
  }
}

/** OpenSSH forwards to UNIX sockets too (https://github.com/openssh/openssh-portable/blob/master/PROTOCOL, section 2.4). */
export async function sshSocket(
  client: Client,
  name: string,
  target: HostSocket,
  signal: AbortSignal,
): Promise<Duplex> {
  signal.throwIfAborted();
  using deadline = new Deadline(signal, CONNECT_MS);
  const opening = forwarded(client, target);
  const gaveUp = once(deadline.signal, 'abort').then(() => {
    throw deadline.signal.reason;
  });
  // The race may be over before it.
  gaveUp.catch(() => {});
  try {
    return await Promise.race([opening, gaveUp]);
  } catch (cause) {
    opening.then((channel) => channel.destroy()).catch(() => {});
    signal.throwIfAborted();
    throw failure(`${socketName(target)} cannot be reached from ${name}`, cause, reasonOf(cause, target));
  }
}

function forwarded(client: Client, target: HostSocket): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    const opened = (cause: Error | undefined, channel: ClientChannel) => (cause ? reject(cause) : resolve(channel));
    if ('path' in target) client.openssh_forwardOutStreamLocal(target.path, opened);
    else client.forwardOut('127.0.0.1', 0, target.host, target.port, opened);
  });
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such socket',
  ECONNREFUSED: 'nobody listens there',
  EACCES: 'the user of certferry may not open it',
  EPERM: 'the user of certferry may not open it',
  ENOTFOUND: 'there is no such name',
};

function failure(what: string, cause: unknown, said?: string): AppError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const isForbidden = code === 'EACCES' || code === 'EPERM' || said === FORWARDS_NOTHING;
  const message = cause instanceof Error ? cause.message : String(cause);
  const words = isTimeout(cause) ? 'no answer in time' : (said ?? WORDS[code] ?? message);
  return new AppError(isForbidden ? 'APPLIANCE_FORBIDDEN' : 'APPLIANCE_UNREACHABLE', `${what}: ${words}.`, { cause });
}

const FORWARDS_NOTHING = 'its SSH server forwards nothing (AllowTcpForwarding)';
/** RFC 4254, section 5.1 */
const PROHIBITED = 1;
const CONNECT_FAILED = 2;

/** Of a UNIX socket OpenSSH tells only that it was not opened, whatever the cause. */
function reasonOf(cause: unknown, target: HostSocket): string | undefined {
  const reason = cause instanceof Error && 'reason' in cause ? cause.reason : null;
  if (reason === PROHIBITED) return FORWARDS_NOTHING;
  if (reason !== CONNECT_FAILED) return undefined;
  if (!('path' in target)) return WORDS.ECONNREFUSED;
  return 'there is no such socket, the user may not open it, or its SSH server forwards to none (AllowStreamLocalForwarding)';
}
