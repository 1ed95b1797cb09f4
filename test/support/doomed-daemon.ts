import { pino } from 'pino';
import { createApp } from '../../backend/src/app.ts';
import { readConfig } from '../../backend/src/config/config.ts';
import { readSecrets } from '../../backend/src/config/secrets.ts';
import type { Store } from '../../backend/src/store/store.ts';
import { type KeyHostAddress, keyHostDriver } from './key-host.ts';
import { namingStore } from './naming-store.ts';

/** A daemon that renews one connection and, when told to, is killed right after a certain commit. */
export interface Doom {
  readonly folder: string;
  readonly resolvers: readonly string[];
  readonly nameServers: Readonly<Record<string, string>>;
  readonly connectionId: number;
  /** Where the check before a renewal dials port 80. */
  readonly httpPort?: number;
  /** Label of the commit after which the process kills itself; null: somebody else does. */
  readonly dieAfter: string | null;
  /** In place of the appliance. */
  readonly keyHost?: KeyHostAddress;
}

async function run(doom: Doom): Promise<void> {
  const { folder, resolvers, nameServers, connectionId, httpPort = 80, dieAfter, keyHost } = doom;
  const config = {
    ...readConfig({ CERTFERRY_DATA_DIR: `${folder}/data`, CERTFERRY_ACCOUNTS_DIR: `${folder}/accounts` }),
    resolvers,
    nameServers,
    http01: { port: null, host: null, validationPort: httpPort },
  };
  const wrapStore = (store: Store) =>
    namingStore(store, (label) => {
      if (label === dieAfter) process.kill(process.pid, 'SIGKILL');
    });
  const log = pino({ level: 'debug' });
  const app = await createApp(config, await readSecrets({}, config), {
    log,
    wrapStore,
    retryLadderMs: [200, 400, 800],
    schedule: false,
    ...(keyHost && { driverOf: () => keyHostDriver(keyHost) }),
  });
  await app.start();
  const id = await app.runner.start(connectionId, 'operator');
  await app.runner.ended(id);
  await app[Symbol.asyncDispose]();
}

const [, , doom] = process.argv;
if (doom && import.meta.url === `file://${process.argv[1]}`) await run(JSON.parse(doom) as Doom);
