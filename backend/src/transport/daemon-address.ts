import { join } from 'node:path';
import type { Dispatcher } from 'undici';
import type { Config } from '../config/config.ts';
import { pinnedAgent } from '../plugins/undici-http.ts';
import { fingerprintsIn } from './tls-identities.ts';

export interface DaemonAddress {
  /** `https://127.0.0.1:8080` */
  readonly base: string;
  /** Null: to trust what Node.js trusts. */
  readonly dispatcher: Dispatcher | null;
}

/** Here, the daemon is known by the certificates that it keeps; anywhere else, by a CA. */
export async function addressOf({ publicUrl, host, port, https, dataDir }: Config): Promise<DaemonAddress> {
  if (publicUrl !== null) return { base: publicUrl, dispatcher: null };
  const base = localUrl({ host, port, https });
  return { base, dispatcher: https ? pinnedAgent(await fingerprintsIn(join(dataDir, 'tls'))) : null };
}

/** How somebody on this machine reaches what listens on `host`, which may stand for every address. */
export function localUrl({ host, port, https }: Pick<Config, 'host' | 'port' | 'https'>): string {
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `${https ? 'https' : 'http'}://${reached.includes(':') ? `[${reached}]` : reached}:${port}`;
}
