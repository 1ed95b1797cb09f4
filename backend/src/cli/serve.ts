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

/** The set-up token is a secret, so it goes to a person at a terminal, and not into a log. */
async function greet({ access, config, log }: App, url: string, out: NodeJS.WriteStream): Promise<void> {
  const token = await access.setUp.token();
  if (out.isTTY) out.write(`certferry listens on ${url}\n`);
  if (!token) return;
  const file = join(config.dataDir, 'setup-token');
  if (out.isTTY) {
    out.write(`Create the first administrator: ${config.publicUrl ?? url}/setup#${token.reveal()}\n`);
    out.write(await aboutCertificate(config));
  } else log.warn({ file }, 'nobody can log in yet: open /setup and enter the token of this file');
}

/** Browsers warn about the certificate of the first start, and a person should know what they accept. */
async function aboutCertificate({ https, publicUrl, dataDir }: App['config']): Promise<string> {
  if (!https || publicUrl !== null) return '';
  const [first] = await certificatesIn(join(dataDir, 'tls'));
  if (!first) return '';
  const { fingerprint256, subject, issuer } = new X509Certificate(first.pem);
  if (subject !== issuer) return '';
  return `The browser warns at first: the certificate is self-signed. Go on when it shows this SHA-256 fingerprint:\n${fingerprint256}\n`;
}
