import { systemClock } from '../../backend/src/plugins/clock.ts';
import { createFileHosts } from '../../backend/src/plugins/file-hosts.ts';
import type { PluginDeps } from '../../backend/src/plugins/plugin.ts';
import { createSshDialer } from '../../backend/src/plugins/ssh2-dialer.ts';
import type { TlsEndpoint } from '../../backend/src/plugins/tls.ts';
import { createTlsDialer } from '../../backend/src/plugins/tls-dialer.ts';
import { createHttpFactory } from '../../backend/src/plugins/undici-http.ts';

/** For drivers of hosts that take a key. */
export const targetDeps: PluginDeps = {
  http: createHttpFactory(),
  ssh: createSshDialer(),
  fileHosts: createFileHosts({ loginMs: 10_000 }),
  clock: systemClock,
  log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
};

export const TARGET_NAMES = ['www.lab.example.com', 'web.lab.example.com'] as const;

/** A line of `servedAt`. */
export function seenAt(port: number): string {
  return `127.0.0.1:${port} ${TARGET_NAMES[0]}`;
}

export async function servedBy(endpoint: TlsEndpoint): Promise<string> {
  return (await createTlsDialer().served(endpoint, AbortSignal.timeout(10_000))).sha256;
}
