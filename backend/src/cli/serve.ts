import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { type App, createApp } from '../app.ts';
import { removeLeftovers } from '../backup/leftovers.ts';
import { readConfig } from '../config/config.ts';
import type { EnvRecord } from '../config/env.ts';
import { readSecrets } from '../config/secrets.ts';
import { tellCrashes } from '../crash.ts';
import { systemClock } from '../plugins/clock.ts';
import { listen } from '../server.ts';
import { holdFolder } from '../store/folder-lock.ts';
import { settleKeyFile } from '../store/key-file.ts';
import { certificatesIn } from '../transport/tls-identities.ts';
import { stopSignal } from './stop-signal.ts';

/** Runs the daemon until it is told to stop. Unfinished renewals stay resumable. */
export async function serve(env: EnvRecord, out: NodeJS.WriteStream): Promise<void> {
  const config = readConfig(env);
  // From the beginning: one that is told to stop while it starts stops in order, too.
  const stopped = stopSignal();
  using _lock = await holdFolder(config.dataDir);
  await settleKeyFile(config, systemClock.now());
  const secrets = await readSecrets(env, config);
  await using app: App = await createApp(config, secrets);
  tellCrashes(app.log);
  await removeLeftovers([config.dataDir, config.accountsDir], app.log);
  await using server = await listen(app, secrets.accessToken);
  await app.start();
  app.log.info({ ...config, url: server.url }, 'certferry is ready');
  await greet(app, server.url, out);
  await stopped;
  app.log.info({}, 'certferry stops');
}

/** The set-up token is a secret, so it goes to a person at a terminal, and not into a log: that says where it is. */
async function greet({ access, config, log }: App, url: string, out: NodeJS.WriteStream): Promise<void> {
  const token = await access.setUp.token();
  if (out.isTTY) out.write(`certferry listens on ${url}\n`);
  if (!token) return;
  const open = `${config.publicUrl ?? url}/setup`;
  const file = join(config.dataDir, 'setup-token');
  const fingerprint = await selfSignedFingerprint(config);
  if (out.isTTY) {
    out.write(`Create the first administrator: ${open}#${token.reveal()}\n`);
    if (fingerprint !== null) out.write(`${ABOUT_CERTIFICATE}:\n${fingerprint}\n`);
    return;
  }
  log.warn(
    { open, file },
    `nobody can log in yet: open this address and enter what the file holds (in a container: docker compose exec certferry cat ${file})`,
  );
  if (fingerprint !== null) log.warn({ fingerprint }, ABOUT_CERTIFICATE);
}

const ABOUT_CERTIFICATE =
  'The browser warns at first: the certificate is self-signed. Go on when it shows this SHA-256 fingerprint';

/** Browsers warn about the certificate of the first start, and a person should know what they accept. Null: they do not. */
async function selfSignedFingerprint({ https, publicUrl, dataDir }: App['config']): Promise<string | null> {
  if (!https || publicUrl !== null) return null;
  const [first] = await certificatesIn(join(dataDir, 'tls'));
  if (!first) return null;
  const { fingerprint256, subject, issuer } = new X509Certificate(first.pem);
  return subject === issuer ? fingerprint256 : null;
}
