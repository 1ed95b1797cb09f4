import { once } from 'node:events';
import { type App, createApp } from '../app.ts';
import { readConfig } from '../config/config.ts';
import type { EnvRecord } from '../config/env.ts';
import { readSecrets } from '../config/secrets.ts';
import { listen } from '../server.ts';
import { holdFolder } from '../store/folder-lock.ts';

/** Runs the daemon until it is told to stop. Unfinished renewals stay resumable. */
export async function serve(env: EnvRecord, out: NodeJS.WriteStream): Promise<void> {
  const config = readConfig(env);
  const secrets = await readSecrets(env, config);
  using _lock = await holdFolder(config.dataDir);
  await using app: App = await createApp(config, secrets);
  await using server = await listen(app, secrets.accessToken);
  await app.start();
  app.log.info({ ...config, url: server.url }, 'certferry is ready');
  if (out.isTTY) out.write(`certferry listens on ${server.url}\n${tokenHint(secrets.accessTokenFile)}\n`);
  await stopSignal();
  app.log.info({}, 'certferry stops');
}

function tokenHint(file: string | null): string {
  return file === null ? 'The access token is the one you gave.' : `The access token is in ${file}`;
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process the usual way. */
export async function stopSignal(): Promise<void> {
  const heard = new AbortController();
  await Promise.race(
    ['SIGINT', 'SIGTERM'].map((name) => once(process, name, { signal: heard.signal }).catch(() => {})),
  );
  heard.abort();
}
