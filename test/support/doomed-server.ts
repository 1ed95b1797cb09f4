import { once } from 'node:events';
import { pino } from 'pino';
import { createHttpApp } from '../../backend/src/api/router.ts';
import { createApp } from '../../backend/src/app.ts';
import { readConfig } from '../../backend/src/config/config.ts';
import { readSecrets } from '../../backend/src/config/secrets.ts';
import { holdFolder } from '../../backend/src/store/folder-lock.ts';
import { createWebServer } from '../../backend/src/transport/web-server.ts';
import { namingStore } from './naming-store.ts';

/** A daemon with its web interface, which is killed when a renewal begins a certain step. */
export interface DoomedServer {
  readonly folder: string;
  readonly frontendDir: string;
  readonly port: number;
  readonly resolvers: readonly string[];
  readonly nameServers: Readonly<Record<string, string>>;
  /** `publish`: dies as soon as this is on disk as begun; null: never. */
  readonly dieAt: string | null;
}

async function run({ folder, frontendDir, port, resolvers, nameServers, dieAt }: DoomedServer): Promise<void> {
  const env = { CERTFERRY_DATA_DIR: `${folder}/data`, CERTFERRY_ACCOUNTS_DIR: `${folder}/accounts` };
  const config = { ...readConfig({ ...env, CERTFERRY_HTTPS: 'off' }), resolvers, nameServers, backupAt: null };
  // Held until the process ends, however it does.
  await holdFolder(config.dataDir);
  const secrets = await readSecrets({}, config);
  const app = await createApp(config, secrets, {
    log: pino({ level: 'debug' }),
    retryLadderMs: [50, 100, 200, 400],
    schedule: false,
    wrapStore: (store) =>
      namingStore(store, (label) => {
        if (label === `step.started ${dieAt}`) process.kill(process.pid, 'SIGKILL');
      }),
  });
  const { front } = createWebServer(createHttpApp({ app, accessToken: secrets.accessToken, frontendDir }), null);
  front.listen(port, '127.0.0.1');
  await once(front, 'listening');
  process.send?.('listening');
  // Somebody wants to watch from the beginning.
  await once(process, 'message');
  await app.start();
  process.send?.('started');
}

const [, , doom] = process.argv;
if (doom) await run(JSON.parse(doom) as DoomedServer);
