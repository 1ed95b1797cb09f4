import { Deadline } from './deadline.ts';
import type { SshDialer } from './ssh.ts';
import { Login, shownHostKey } from './ssh-login.ts';
import { endSession, openShell } from './ssh-shell.ts';

export interface SshDialerOptions {
  /** Milliseconds for connection, key exchange and login. Default 60 000: the login of a busy appliance is slow. */
  readonly loginMs?: number;
  /** Milliseconds from login to first prompt. Default 120 000: the VOS command line may start for a minute. */
  readonly promptMs?: number;
  /** Milliseconds of silence after the welcome text until one newline is sent. Default 5 000. */
  readonly nudgeAfterMs?: number;
  /** Milliseconds of silence after which the first prompt is believed. Default 200. */
  readonly settleMs?: number;
}

export function createSshDialer(options: SshDialerOptions = {}): SshDialer {
  const { loginMs = 60_000, promptMs = 120_000, nudgeAfterMs = 5_000, settleMs = 200 } = options;
  return {
    async open(target, signal) {
      const session = await logIn(target, loginMs, signal);
      using deadline = new Deadline(signal, promptMs);
      try {
        const peer = `${target.host}:${target.port}`;
        return await openShell(session, { prompt: target.prompt, peer, nudgeAfterMs, settleMs }, deadline.signal);
      } catch (cause) {
        await endSession(session);
        throw cause;
      }
    },

    async hostKey(target, signal) {
      signal.throwIfAborted();
      using deadline = new Deadline(signal, loginMs);
      try {
        return await shownHostKey(target, deadline.signal);
      } catch (cause) {
        signal.throwIfAborted();
        throw cause;
      }
    },
  };
}

async function logIn(target: Parameters<SshDialer['open']>[0], loginMs: number, signal: AbortSignal) {
  signal.throwIfAborted();
  using deadline = new Deadline(signal, loginMs);
  const login = new Login(target);
  try {
    await login.run(deadline.signal);
    return login;
  } catch (cause) {
    login.client.destroy();
    signal.throwIfAborted();
    throw login.failure(cause);
  }
}
