import { join } from 'node:path';
import { pino } from 'pino';
import type { Config } from '../config/config.ts';
import { createChallengeResolver } from '../dns/challenge-resolver.ts';
import { createPropagationHistory } from '../dns/history.ts';
import type { Secret } from '../domain/secret.ts';
import { digester } from '../overview/digest.ts';
import { systemClock } from '../plugins/clock.ts';
import { createSshDialer } from '../plugins/ssh2-dialer.ts';
import { createTlsDialer } from '../plugins/tls-dialer.ts';
import { createHttpFactory } from '../plugins/undici-http.ts';
import type { PeersDeps } from '../renewal/peers.ts';
import { createAccountsDir } from '../store/accounts-dir.ts';
import { openStore } from '../store/kysely/open.ts';
import { TlsIdentities } from '../transport/tls-identities.ts';
import { VERSION } from '../version.ts';
import type { Overrides } from './overrides.ts';

/** What everything else stands on: the store, the clock, the log, and the ways to the network. */
export interface Foundation extends PeersDeps {
  /** Null where the daemon speaks plain HTTP. */
  readonly tls: TlsIdentities | null;
}

/** @throws AppError VAULT_KEY_MISMATCH, SCHEMA_NEWER, INVALID_SETTINGS */
export async function layFoundation(
  config: Config,
  masterKey: Secret,
  { clock = systemClock, log = pino({ level: config.logLevel }), wrapStore = (store) => store }: Partial<Overrides>,
): Promise<Foundation> {
  const accounts = await createAccountsDir(config.accountsDir);
  const store = wrapStore(await openStore({ file: config.databaseFile, masterKey, clock, digester }));
  const tls = config.https ? await TlsIdentities.open({ folder: join(config.dataDir, 'tls'), clock, log }) : null;
  const common = { clock, log, http: createHttpFactory(), ssh: createSshDialer(), ...(tls && { ownTls: tls }) };
  return {
    ...common,
    store,
    accounts,
    tls,
    dialer: createTlsDialer(),
    resolver: createChallengeResolver(config, common),
    history: createPropagationHistory(store.settings),
    userAgent: `certferry/${VERSION}`,
  };
}
