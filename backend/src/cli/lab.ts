import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FAULTS, type FaultName, type Lab, startLab } from '@certferry/lab';
import { type Command, Option } from 'commander';
import { pino } from 'pino';
import { type App, createApp } from '../app.ts';
import { readConfig } from '../config/config.ts';
import type { EnvRecord } from '../config/env.ts';
import { readSecrets } from '../config/secrets.ts';
import { addConnection } from '../connections.ts';
import { AppError } from '../domain/errors.ts';
import { listen } from '../server.ts';
import { labConnection } from './lab-connection.ts';
import { watch } from './renew.ts';
import { stopSignal } from './serve.ts';

interface LabOptions {
  readonly once?: true;
  readonly fault: readonly string[];
  readonly json?: true;
}

interface Common {
  readonly env: EnvRecord;
  readonly out: NodeJS.WriteStream;
  readonly setStatus: (status: number) => void;
}

/** Milliseconds. The lab answers at once, so nobody should wait for the ladder of the real world. */
const LAB_RETRY_LADDER_MS = [300, 600, 1_000, 2_000, 4_000];

export function addLabCommand(program: Command, common: Common): void {
  program
    .command('lab')
    .description('start a simulated CUCM, DNS and CA on this machine, and renew the CUCM certificate')
    .option('--once', 'renew, show each step, and end with 0 only when the new certificate was seen served')
    .addOption(
      new Option('--fault <name>', `what the lab does wrong, may be repeated: ${Object.keys(FAULTS).join(', ')}`)
        .argParser((name, earlier: readonly string[]) => [...earlier, name])
        .default([], 'none'),
    )
    .option('--json', 'one event per line')
    .action(async (options: LabOptions) => common.setStatus(await runLab(options, common)));
}

/** @throws AppError BAD_REQUEST naming the faults there are. */
function asFault(name: string): FaultName {
  if (isFault(name)) return name;
  const list = Object.entries(FAULTS).map(([fault, meaning]) => `  ${fault}: ${meaning}`);
  throw new AppError('BAD_REQUEST', `There is no fault "${name}". These are:\n${list.join('\n')}`);
}

function isFault(name: string): name is FaultName {
  return name in FAULTS;
}

async function runLab({ once, fault, json: asJson }: LabOptions, { env, out }: Common): Promise<number> {
  const json = asJson === true;
  const faults = fault.map(asFault);
  const folder = await mkdtemp(join(tmpdir(), 'certferry-lab-'));
  try {
    await using lab = await startLab();
    for (const name of faults) lab.faults.on(name);
    const { app, accessToken } = await createLabApp(lab, folder, env);
    await using _app = app;
    const connection = await addConnection(app.store, labConnection(lab));
    await app.start();
    if (once) return await renewInLab(app, connection.id, json, out);
    await using server = await listen(app, accessToken);
    if (!json) out.write(`certferry lab: ${server.url}   access token: ${accessToken.reveal()}\n\n`);
    await renewInLab(app, connection.id, json, out);
    if (!json) out.write('\nThe lab goes on until Ctrl-C.\n');
    await stopSignal();
    return 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function createLabApp(lab: Lab, folder: string, env: EnvRecord) {
  const config = {
    ...readConfig({
      CERTFERRY_PORT: env.CERTFERRY_PORT,
      CERTFERRY_HOST: env.CERTFERRY_HOST,
      CERTFERRY_DATA_DIR: join(folder, 'data'),
      CERTFERRY_ACCOUNTS_DIR: join(folder, 'accounts'),
    }),
    resolvers: [lab.dns.resolver],
    nameServers: lab.dns.nameServers,
  };
  const { masterKey, accessToken } = await readSecrets({}, config);
  const log = pino({ level: 'silent' });
  const app = await createApp(config, { masterKey }, { log, retryLadderMs: LAB_RETRY_LADDER_MS });
  return { app, accessToken };
}

async function renewInLab(app: App, connectionId: number, json: boolean, out: NodeJS.WriteStream): Promise<number> {
  const after = await app.store.events.latest();
  const id = await app.runner.start(connectionId, 'operator');
  if (!json) out.write(`Renewing the certificate of the simulated CUCM (renewal ${id})\n`);
  const stop = new AbortController();
  try {
    return await watch(app.store.events.follow(after, stop.signal), json, out);
  } finally {
    stop.abort();
  }
}
