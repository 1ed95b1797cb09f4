import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import pino from 'pino';
import type { HttpSolver, HttpSolverDeps, HttpSolverPlugin } from '../../backend/src/http01/solver.ts';
import { TokenBoard } from '../../backend/src/http01/token-board.ts';
import { systemClock } from '../../backend/src/plugins/clock.ts';
import { createFileHosts } from '../../backend/src/plugins/file-hosts.ts';
import { parseSettings } from '../../backend/src/plugins/settings.ts';
import { createSshDialer } from '../../backend/src/plugins/ssh2-dialer.ts';
import { createHttpFactory } from '../../backend/src/plugins/undici-http.ts';

/** A solver as a renewal gets it. */
export function httpSolver(
  plugin: HttpSolverPlugin,
  settings: Readonly<Record<string, unknown>>,
  deps: Partial<HttpSolverDeps> = {},
): HttpSolver {
  const log = pino({ level: 'silent' });
  const common = {
    http: createHttpFactory(),
    ssh: createSshDialer(),
    fileHosts: createFileHosts(),
    clock: systemClock,
    log,
    board: new TokenBoard(),
  };
  return plugin.create(parseSettings(plugin.title, plugin.settings, settings), { ...common, ...deps });
}

export interface WebServer extends AsyncDisposable {
  readonly origin: string;
  readonly port: number;
}

/** A web server that shows a folder, as one would that knows nothing of certferry. */
export async function serveFolder(folder: string): Promise<WebServer> {
  const server = createServer((req, res) => {
    const { pathname } = new URL(req.url ?? '/', 'http://localhost');
    readFile(join(folder, pathname)).then(
      (body) => void res.writeHead(200).end(req.method === 'HEAD' ? undefined : body),
      () => void res.writeHead(404).end('not here'),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
