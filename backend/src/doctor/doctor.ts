import { existsSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import type { EnvRecord } from '../config/env.ts';
import { existingMasterKey } from '../config/secrets.ts';
import type { Finding } from '../domain/finding.ts';
import type { Secret } from '../domain/secret.ts';
import type { Clock, Logger } from '../plugins/plugin.ts';
import { openReadOnly, type ReadOnlyStore } from '../store/kysely/read-only.ts';
import { examineDaemon, examineOwnCertificate } from './daemon.ts';
import { examineDatabase, examineHistory } from './database.ts';
import { block, skipped, warn, wordsOf } from './finding.ts';
import { examineFolders } from './folders.ts';
import { examineHeartbeat } from './heartbeat.ts';
import { examineMachine } from './machine.ts';
import { examineOutside } from './outside.ts';

export interface DoctorDeps {
  readonly config: Config;
  readonly env: EnvRecord;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export interface Examination extends AsyncDisposable {
  readonly findings: readonly Finding[];
  /** Null when it cannot be read, or holds something that this version does not know. */
  readonly store: ReadOnlyStore['store'] | null;
}

/** Looks at a whole installation, whether its daemon runs or not, and changes nothing. */
export async function examine(deps: DoctorDeps): Promise<Examination> {
  const { config, env, clock } = deps;
  const machine = await examineMachine(config, env, { version: process.version, now: clock.now() });
  const folders = await examineFolders(config);
  const daemon = [await examineDaemon(config), ...(await examineOwnCertificate(config, clock))];
  const { opened, findings } = await openDatabase(deps);
  const usable = opened !== null && opened.integrity === 'ok' && opened.missing.length + opened.unknown.length === 0;
  const store = usable ? opened.store : null;
  const inside = store
    ? [...(await examineHistory(store, config, clock)), await examineHeartbeat(store, env, clock)]
    : [];
  const outside = store
    ? opened?.keyFits === false
      ? [skipped({ id: 'outside', title: 'CAs, DNS services and appliances' }, 'the master key does not fit')]
      : await examineOutside({ ...deps, store })
    : [skipped({ id: 'outside', title: 'CAs, DNS services and appliances' }, 'the database cannot be used')];
  return {
    findings: [...machine, ...folders, ...daemon, ...findings, ...inside, ...outside],
    store,
    async [Symbol.asyncDispose]() {
      await opened?.[Symbol.asyncDispose]();
    },
  };
}

async function openDatabase({ config, env, clock }: DoctorDeps) {
  const key = await readKey(env, config);
  try {
    const opened = openReadOnly({ file: config.databaseFile, masterKey: key.secret, clock });
    return { opened, findings: [...key.findings, ...examineDatabase(opened)] };
  } catch (err) {
    const about = { id: 'database.integrity', title: 'Database' };
    const finding = existsSync(config.databaseFile)
      ? block(about, wordsOf(err), 'Stop the daemon and restore the newest backup.')
      : warn(about, `there is none at ${config.databaseFile}`, 'Start the daemon once, or correct CERTFERRY_DATA_DIR.');
    return { opened: null, findings: [...key.findings, finding] };
  }
}

async function readKey(
  env: EnvRecord,
  config: Config,
): Promise<{ readonly secret: Secret | null; readonly findings: readonly Finding[] }> {
  try {
    return { secret: await existingMasterKey(env, config), findings: [] };
  } catch (err) {
    const about = { id: 'vault.key-file', title: 'Where the master key is' };
    const todo = 'Put back master.key, or give CERTFERRY_MASTER_KEY_FILE as the daemon gets it.';
    return { secret: null, findings: [block(about, wordsOf(err), todo)] };
  }
}
