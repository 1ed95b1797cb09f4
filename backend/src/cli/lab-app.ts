import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Lab, type LabOptions, startLab } from '@certferry/lab';
import { pino } from 'pino';
import { type App, createApp } from '../app.ts';
import { readConfig } from '../config/config.ts';
import type { EnvRecord } from '../config/env.ts';
import { readSecrets } from '../config/secrets.ts';
import type { Secret } from '../domain/secret.ts';
import { makeTemporaryFolder } from '../plugins/temporary-folder.ts';
import { labConnection } from './lab-connection.ts';
import { watch } from './renew.ts';

/** Milliseconds. The lab answers at once, so nobody should wait for the ladder of the real world. */
const LAB_RETRY_LADDER_MS = [300, 600, 1_000, 2_000, 4_000];

export interface LabWorld {
  readonly lab: Lab;
  /** With files of its own in a temporary folder, not yet started. */
  readonly app: App;
  readonly accessToken: Secret;
}

/** Starts a lab and a daemon for it, and leaves nothing behind. */
export async function inLab<T>(options: LabOptions, env: EnvRecord, work: (world: LabWorld) => Promise<T>): Promise<T> {
  const folder = await makeTemporaryFolder('certferry-lab-');
  try {
    await using lab = await startLab(options);
    const { app, accessToken } = await createLabApp(lab, folder, env);
    await using _app = app;
    return await work({ lab, app, accessToken });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Renews and shows each step. Returns the exit status. */
export async function renewInLab(
  app: App,
  connectionId: number,
  json: boolean,
  out: NodeJS.WriteStream,
): Promise<number> {
  const after = await app.store.events.latest();
  await app.runner.start(connectionId, 'operator');
  const stop = new AbortController();
  try {
    return await watch(app.store.events.follow(after, stop.signal), json, out);
  } finally {
    stop.abort();
  }
}

async function createLabApp(lab: Lab, folder: string, env: EnvRecord) {
  const config = {
    ...readConfig({
      CERTFERRY_PORT: env.CERTFERRY_PORT,
      CERTFERRY_HOST: env.CERTFERRY_HOST,
      CERTFERRY_DATA_DIR: join(folder, 'data'),
      CERTFERRY_ACCOUNTS_DIR: join(folder, 'accounts'),
      CERTFERRY_BACKUP_AT: 'never',
      CERTFERRY_HTTPS: 'off',
    }),
    resolvers: [lab.dns.resolver],
    nameServers: lab.dns.nameServers,
  };
  const secrets = await readSecrets({}, config);
  const log = pino({ level: 'silent' });
  const practice = { connection: () => labConnection(lab) };
  const app = await createApp(config, secrets, { log, retryLadderMs: LAB_RETRY_LADDER_MS, practice });
  return { app, accessToken: secrets.accessToken };
}
