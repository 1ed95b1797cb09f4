import { type EnvRecord, readVariable } from '../config/env.ts';
import type { Finding } from '../domain/finding.ts';
import { lastBeat } from '../notify/beat-record.ts';
import type { Clock } from '../plugins/plugin.ts';
import type { Store } from '../store/store.ts';
import { ok, skipped, warn } from './finding.ts';

const MINUTE_MS = 60_000;

/** It is called every three minutes. */
const LATE_MINUTES = 15;

/** Whether the heartbeat of the daemon arrived when it was sent last: nobody else notices that the alarm itself is broken. */
export async function examineHeartbeat(store: Store, env: EnvRecord, clock: Clock): Promise<Finding> {
  const about = { id: 'heartbeat', title: 'Heartbeat' };
  if (readVariable(env, 'CERTFERRY_HEARTBEAT_URL') === undefined) {
    return skipped(about, 'CERTFERRY_HEARTBEAT_URL is not set: nobody notices when the daemon is dead');
  }
  const last = await lastBeat(store.settings);
  if (!last) return warn(about, 'it was never sent', 'Start the daemon, and look again after five minutes.');
  const todo =
    'Look at CERTFERRY_HEARTBEAT_URL, at the way there, and at CERTFERRY_HEARTBEAT_CA where a private CA is.';
  if (last.trouble !== null) return warn(about, `did not arrive at ${last.at}: ${last.trouble}`, todo);
  const minutes = Math.floor((clock.now().getTime() - Date.parse(last.at)) / MINUTE_MS);
  const answer = `arrived at ${last.at}, ${minutes} minutes ago`;
  return minutes > LATE_MINUTES
    ? warn(about, answer, 'Look whether the daemon runs, and at its log: it is sent only while the schedule runs.')
    : ok(about, answer);
}
