import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { createChallengeResolver } from '../dns/challenge-resolver.ts';
import { createPropagationHistory } from '../dns/history.ts';
import { reachFor } from '../http01/reach-for.ts';
import { TokenBoard } from '../http01/token-board.ts';
import { createLogger, type LogOutput } from '../logging/logger.ts';
import { Operations } from '../monitoring/operations.ts';
import { digester } from '../overview/digest.ts';
import { CallLog } from '../plugins/call-log.ts';
import { systemClock } from '../plugins/clock.ts';
import { createFileHosts } from '../plugins/file-hosts.ts';
import { LogContext } from '../plugins/log-context.ts';
import type { Logger } from '../plugins/plugin.ts';
import { createSshDialer } from '../plugins/ssh2-dialer.ts';
import { createTlsDialer } from '../plugins/tls-dialer.ts';
import { createHttpFactory } from '../plugins/undici-http.ts';
import type { PeersDeps } from '../renewal/peers.ts';
import { createAccountsDir } from '../store/accounts-dir.ts';
import { openStore } from '../store/kysely/open.ts';
import { tlsPassphrase } from '../transport/sealed-keys.ts';
import { TlsIdentities } from '../transport/tls-identities.ts';
import { VERSION } from '../version.ts';
import type { AppSecrets } from './app-secrets.ts';
import type { Overrides } from './overrides.ts';

/** What everything else stands on: the store, the clock, the log, and the ways to the network. */
export interface Foundation extends PeersDeps {
  /** Null where the daemon speaks plain HTTP. */
  readonly tls: TlsIdentities | null;
  /** What every line of the log bears: the request, the renewal. */
  readonly logContext: LogContext;
  /** What is measured, and whether all is well. */
  readonly operations: Operations;
}

/** @throws AppError VAULT_KEY_MISMATCH, SCHEMA_NEWER, INVALID_SETTINGS */
export async function layFoundation(
  config: Config,
  secrets: AppSecrets,
  { clock = systemClock, log: given, wrapStore = (store) => store, driverOf }: Partial<Overrides>,
): Promise<Foundation> {
  const logContext = new LogContext();
  const log = logContext.bind(given ?? logTo(process.stdout, config, secrets));
  const accounts = await createAccountsDir(config.accountsDir);
  const store = wrapStore(
    await openStore({ file: config.databaseFile, masterKey: secrets.masterKey, clock, digester }),
  );
  const tls = config.https ? await ownTls(config, { store, clock, log }) : null;
  const operations = new Operations({ store, clock, log, ...config });
  const http = createHttpFactory();
  const common = {
    clock,
    log,
    http,
    ssh: createSshDialer(),
    fileHosts: createFileHosts(),
    ...(tls && { ownTls: tls }),
  };
  const resolver = createChallengeResolver(config, common);
  const userAgent = `certferry/${VERSION}`;
  return {
    ...common,
    ...(driverOf && { driverOf }),
    store,
    accounts,
    tls,
    logContext,
    operations,
    callLog: new CallLog(clock),
    caHttp: operations.metrics.heardAtCas(http),
    dialer: createTlsDialer(),
    resolver,
    history: createPropagationHistory(store.settings),
    userAgent,
    board: new TokenBoard(),
    reach: reachFor(resolver, config, userAgent),
  };
}

async function ownTls({ dataDir }: Config, { store, ...parts }: Pick<Foundation, 'store' | 'clock' | 'log'>) {
  return await TlsIdentities.open({ folder: join(dataDir, 'tls'), passphrase: await tlsPassphrase(store), ...parts });
}

/** Whatever is logged, the secrets of the installation itself are not in it. */
function logTo(out: LogOutput, { logLevel, logFormat }: Config, secrets: AppSecrets): Logger {
  const { masterKey, accessToken, s3SecretAccessKey, heartbeatUrl } = secrets;
  const known = [masterKey, accessToken, s3SecretAccessKey, heartbeatUrl].filter((secret) => secret != null);
  return createLogger({ level: logLevel, format: logFormat, secrets: known }, out);
}
