import type { Finding } from '../../domain/finding.ts';
import type { DiscoveredNode } from '../driver.ts';
import { type Attempt, attempt, blocked, ok, skipped, type Topic, warned } from '../findings.ts';
import { parseNetworkCluster } from './cluster.ts';
import { ask, parseInactive, parsePrivilege, parseServiceList, parseVersion, type VosCli } from './command-line.ts';
import type { VosNode } from './nodes.ts';
import { type PlanOptions, restartsOn } from './plan.ts';
import { releaseOf } from './release.ts';
import type { VosSlot } from './services.ts';
import { SOURCES } from './sources.ts';
import { confirming } from './unconfirmed.ts';

const HOST_KEY: Topic = { id: 'appliance.ssh-host-key', title: 'SSH host key' };
const LOGIN: Topic = { id: 'appliance.ssh-login', title: 'SSH login' };
const PRIVILEGE: Topic = { id: 'appliance.privilege', title: 'Privilege', reference: SOURCES.authentication };
const VERSION: Topic = { id: 'appliance.version', title: 'Version', reference: SOURCES.api };
const SERVICE: Topic = { id: 'appliance.service', title: 'Service to restart', reference: SOURCES.regeneration };

/** What the command line of one node said; version and cluster are null where nobody could log in. */
export interface SshLook {
  readonly findings: readonly Finding[];
  readonly version: string | null;
  readonly cluster: readonly DiscoveredNode[] | null;
}

export async function lookBySsh(
  node: VosNode,
  slot: VosSlot,
  deniedByApi: boolean,
  plan: PlanOptions,
  signal: AbortSignal,
): Promise<SshLook> {
  const { cli, sharesAccount } = node;
  const later = [LOGIN, PRIVILEGE, VERSION, SERVICE];
  const blind = (findings: readonly Finding[]): SshLook => ({ findings, version: null, cluster: null });
  const hostKey = hostKeyFinding(await attempt(() => cli.hostKey(signal), signal), cli);
  if (hostKey.outcome !== 'ok')
    return blind([hostKey, ...later.map((topic) => skipped(topic, 'No login without a host key.'))]);
  if (sharesAccount && deniedByApi) {
    const answer = 'Not tried: the API refused this account, and a second refusal could lock it.';
    return blind([hostKey, ...later.map((topic) => skipped(topic, answer))]);
  }
  const session = await attempt(() => look(cli, signal), signal);
  if (!session.ok) {
    const [login, ...rest] = later;
    return blind([
      hostKey,
      blocked(login ?? LOGIN, session.error),
      ...rest.map((topic) => skipped(topic, 'No SSH session.')),
    ]);
  }
  const { version, myself, services, cluster } = session.value;
  return {
    findings: [
      hostKey,
      ok(LOGIN, `"${cli.target.user}" logs in.`),
      privilegeFinding(parsePrivilege(myself), cli.target.user),
      versionFinding(version),
      serviceFinding(node, slot, version, services, plan),
    ],
    version,
    cluster,
  };
}

function look(cli: VosCli, signal: AbortSignal) {
  return cli.session(signal, async (shell) => ({
    version: parseVersion(await ask(shell, 'show version active', signal, confirming('version-line'))),
    myself: await ask(shell, 'show myself', signal, confirming('privilege-line')),
    services: await ask(shell, 'utils service list', signal),
    cluster: parseNetworkCluster(await ask(shell, 'show network cluster', signal, confirming('cluster-list'))),
  }));
}

function hostKeyFinding(seen: Attempt<string>, cli: VosCli): Finding {
  if (!seen.ok) return blocked(HOST_KEY, seen.error, 'Check the SSH port and the path to it: the restart needs it.');
  const { hostKeys } = cli.target;
  if (hostKeys.includes(seen.value)) return ok(HOST_KEY, `${seen.value} is pinned.`);
  const known = hostKeys.length > 0 ? `; pinned is ${hostKeys.join(' or ')}` : '; none is pinned';
  return {
    ...HOST_KEY,
    outcome: 'block',
    answer: `The appliance shows ${seen.value}${known}.`,
    todo: 'Compare the fingerprint with the appliance over a path you trust, then add it to the SSH host keys.',
  };
}

function privilegeFinding(level: number | null, user: string): Finding {
  if (level === null) return skipped(PRIVILEGE, 'The command line did not say.');
  if (level > 0) return ok(PRIVILEGE, `"${user}" has privilege ${level}.`);
  return {
    ...PRIVILEGE,
    outcome: 'block',
    answer: `"${user}" has privilege 0 and may only read.`,
    todo: 'Use an account of privilege 1 (`set account name` on the command line).',
  };
}

function versionFinding(version: string | null): Finding {
  if (version === null) return skipped(VERSION, 'The command line did not say.');
  if (Number.parseInt(version, 10) >= 14) return ok(VERSION, version);
  return {
    ...VERSION,
    outcome: 'block',
    answer: `Version ${version} has no Certificate Management API.`,
    todo: 'Upgrade to version 14 or later.',
  };
}

/** One finding for all services that a renewal would restart on this node. */
function serviceFinding(
  node: VosNode,
  slot: VosSlot,
  version: string | null,
  list: string,
  plan: PlanOptions,
): Finding {
  const states = parseServiceList(list);
  const inactive = parseInactive(list);
  const release = version === null ? null : releaseOf(version);
  const all = restartsOn(node, slot, { release, services: null }, plan).map(({ service }) => service);
  const wanted = all.filter((service) => !inactive.has(service) && (states.has(service) || service === all[0]));
  const others = wanted.filter((service) => states.get(service) !== 'STARTED');
  if (others.length === 0) return ok(SERVICE, `Started, and restarted in a renewal: ${wanted.join(', ') || 'none'}.`);
  return warned(
    SERVICE,
    `${others.map((service) => `${service} is ${states.get(service) ?? 'not in the list of services'}`).join(', ')}.`,
    'Look at the service on the appliance before its certificate is replaced.',
  );
}
