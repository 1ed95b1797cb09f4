import { isIP } from 'node:net';
import { readCertificate, readCsr } from '../../domain/certificate.ts';
import { AppError, ERRORS, type ErrorCode } from '../../domain/errors.ts';
import type { Finding } from '../../domain/finding.ts';
import type { SlotId } from '../driver.ts';
import { ask, parsePrivilege, parseServiceList, parseVersion, type VosCli } from './command-line.ts';
import { pendingCsr } from './csr.ts';
import { identityPem } from './install.ts';
import type { VosRest } from './rest.ts';
import type { Snapshot } from './schema.ts';
import { type VosSlot, vosSlot } from './services.ts';
import { SOURCES } from './sources.ts';

export interface VosCheckOptions {
  readonly rest: VosRest;
  readonly cli: VosCli;
  readonly host: string;
  readonly product: string;
  /** True when API and SSH use one account: a refused password is then not tried a second time. */
  readonly sharesAccount: boolean;
}

/** See `ApplianceDriver.check`. Changes nothing. */
export async function checkVos(
  options: VosCheckOptions,
  slotId: SlotId,
  dnsNames: readonly string[],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const slot = await attempt(async () => vosSlot(slotId), signal);
  if (!slot.ok) return [blocked({ id: 'appliance.slot', title: 'Slot' }, slot.error)];
  const snapshot = await attempt(() => options.rest.snapshot(signal), signal);
  return [
    ...apiFindings(snapshot, options),
    slotFinding(snapshot, slot.value, options.host),
    await pendingFinding(snapshot, slot.value, options, signal),
    ...(await sshFindings(snapshot, slot.value, options, signal)),
    ...nameFindings(dnsNames, snapshot),
  ];
}

type Attempt<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: AppError };
type Topic = Pick<Finding, 'id' | 'title' | 'reference'>;

/** A failure is a finding, an abort is not. */
async function attempt<T>(work: () => Promise<T>, signal: AbortSignal): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, error: AppError.from(error) };
  }
}

const ok = (topic: Topic, answer: string): Finding => ({ ...topic, outcome: 'ok', answer });
const skipped = (topic: Topic, answer: string): Finding => ({ ...topic, outcome: 'skipped', answer });
const blocked = (topic: Topic, error: AppError, todo: string = ERRORS[error.code].action): Finding => ({
  ...topic,
  outcome: 'block',
  answer: error.message,
  todo,
});

/** What has to hold for an API call to succeed, in the order in which it fails. */
const API_STEPS: readonly { readonly topic: Topic; readonly codes: readonly ErrorCode[]; readonly good: string }[] = [
  {
    topic: { id: 'appliance.reachable', title: 'Appliance answers' },
    codes: ['APPLIANCE_UNREACHABLE'],
    good: 'It answers.',
  },
  {
    topic: { id: 'appliance.trust', title: 'TLS trust' },
    codes: ['APPLIANCE_NOT_TRUSTED'],
    good: 'Its certificate is one that this connection trusts.',
  },
  {
    topic: { id: 'appliance.credentials', title: 'Credentials', reference: SOURCES.authentication },
    codes: ['APPLIANCE_DENIED', 'APPLIANCE_FORBIDDEN'],
    good: 'User and password are accepted.',
  },
];

const API: Topic = { id: 'appliance.api', title: 'Certificate Management API', reference: SOURCES.api };

function apiFindings(snapshot: Attempt<Snapshot>, { product }: VosCheckOptions): Finding[] {
  if (snapshot.ok) {
    const answer = `${snapshot.value.server} answers, with ${snapshot.value.identities.length} certificates of its own.`;
    return [...API_STEPS.map(({ topic, good }) => ok(topic, good)), ok(API, answer)];
  }
  const { error } = snapshot;
  const at = API_STEPS.findIndex(({ codes }) => codes.includes(error.code));
  const failed = at < 0 ? API_STEPS.length : at;
  const todo = `The API exists from version 14. Check that this is a ${product} node and that its web service runs.`;
  return [
    ...API_STEPS.map(({ topic, good }, index) => {
      if (index < failed) return ok(topic, good);
      return index === failed ? blocked(topic, error) : skipped(topic, 'Not reached.');
    }),
    at < 0 ? blocked(API, error, todo) : skipped(API, 'Not reached.'),
  ];
}

function slotFinding(snapshot: Attempt<Snapshot>, slot: VosSlot, host: string): Finding {
  const topic = { id: 'appliance.slot', title: `Slot ${slot.id}`, reference: SOURCES.gettingStarted };
  if (!snapshot.ok) return skipped(topic, 'The appliance could not be asked.');
  const pem = identityPem(snapshot.value, slot);
  if (pem === null) {
    const todo = 'Check that this node has the service.';
    return { ...topic, outcome: 'block', answer: `${host} has no slot ${slot.id}.`, todo };
  }
  try {
    const { subject, issuer, notAfter } = readCertificate(pem);
    return ok(topic, `${subject}, issued by ${issuer}, valid until ${notAfter}.`);
  } catch {
    const todo = 'A renewal replaces it; look at the appliance all the same.';
    return { ...topic, outcome: 'warn', answer: 'The certificate that it holds cannot be read.', todo };
  }
}

async function pendingFinding(
  snapshot: Attempt<Snapshot>,
  slot: VosSlot,
  { rest }: VosCheckOptions,
  signal: AbortSignal,
): Promise<Finding> {
  const topic = { id: 'appliance.pending-csr', title: 'Pending CSR', reference: SOURCES.securityGuide };
  if (!snapshot.ok) return skipped(topic, 'The appliance could not be asked.');
  const pending = await attempt(() => pendingCsr(rest, slot, signal), signal);
  if (!pending.ok) return { ...blocked(topic, pending.error), outcome: 'warn' };
  if (pending.value === null) return ok(topic, 'None: a renewal makes one.');
  return {
    ...topic,
    outcome: 'warn',
    answer: `A CSR is waiting in ${slot.id}${namesOf(pending.value)}.`,
    todo: 'If somebody waits for a certificate for it, let them finish first: a renewal uses it when it fits, and replaces it otherwise.',
  };
}

function namesOf(csrPem: string): string {
  try {
    return ` for ${readCsr(csrPem).dnsNames.join(', ')}`;
  } catch {
    return ', which cannot be read';
  }
}

const HOST_KEY: Topic = { id: 'appliance.ssh-host-key', title: 'SSH host key' };
const LOGIN: Topic = { id: 'appliance.ssh-login', title: 'SSH login' };
const PRIVILEGE: Topic = { id: 'appliance.privilege', title: 'Privilege', reference: SOURCES.authentication };
const VERSION: Topic = { id: 'appliance.version', title: 'Version', reference: SOURCES.api };
const SERVICE: Topic = { id: 'appliance.service', title: 'Service to restart', reference: SOURCES.regeneration };

async function sshFindings(
  snapshot: Attempt<Snapshot>,
  slot: VosSlot,
  { cli, sharesAccount }: VosCheckOptions,
  signal: AbortSignal,
): Promise<Finding[]> {
  const later = [LOGIN, PRIVILEGE, VERSION, SERVICE];
  const hostKey = hostKeyFinding(await attempt(() => cli.hostKey(signal), signal), cli);
  if (hostKey.outcome !== 'ok')
    return [hostKey, ...later.map((topic) => skipped(topic, 'No login without a host key.'))];
  if (sharesAccount && !snapshot.ok && snapshot.error.code === 'APPLIANCE_DENIED') {
    const answer = 'Not tried: the API refused this account, and a second refusal could lock it.';
    return [hostKey, ...later.map((topic) => skipped(topic, answer))];
  }
  const session = await attempt(() => look(cli, signal), signal);
  if (!session.ok) {
    const [login, ...rest] = later;
    return [hostKey, blocked(login ?? LOGIN, session.error), ...rest.map((topic) => skipped(topic, 'No SSH session.'))];
  }
  const { version, myself, services } = session.value;
  return [
    hostKey,
    ok(LOGIN, `"${cli.target.user}" logs in.`),
    privilegeFinding(parsePrivilege(myself), cli.target.user),
    versionFinding(parseVersion(version)),
    ...slot.restarts.map(({ service }) => serviceFinding(service, parseServiceList(services).get(service))),
  ];
}

function look(cli: VosCli, signal: AbortSignal) {
  return cli.session(signal, async (shell) => ({
    version: await ask(shell, 'show version active', signal),
    myself: await ask(shell, 'show myself', signal),
    services: await ask(shell, 'utils service list', signal),
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

function serviceFinding(service: string, state: string | undefined): Finding {
  if (state === 'STARTED') return ok(SERVICE, `${service} is started.`);
  return {
    ...SERVICE,
    outcome: 'warn',
    answer: state ? `${service} is ${state}.` : `${service} is not in the list of services.`,
    todo: 'Look at the service on the appliance before its certificate is replaced.',
  };
}

function nameFindings(dnsNames: readonly string[], snapshot: Attempt<Snapshot>): Finding[] {
  const wildcards = dnsNames.filter((name) => name.startsWith('*.'));
  const addresses = dnsNames.filter((name) => isIP(name) !== 0);
  const node = snapshot.ok ? snapshot.value.server.toLowerCase() : null;
  return [
    namesFinding('appliance.names.wildcard', 'No wildcards', wildcards, 'The product does not support wildcard names'),
    namesFinding('appliance.names.address', 'No IP addresses', addresses, 'The product takes no IP addresses as names'),
    nodeNameFinding(dnsNames, node),
  ];
}

function namesFinding(id: string, title: string, offenders: readonly string[], rule: string): Finding {
  const topic = { id, title, reference: SOURCES.securityGuide };
  if (offenders.length === 0) return ok(topic, 'None.');
  const todo = 'Name each host by its own full name.';
  return { ...topic, outcome: 'block', answer: `${rule}: ${offenders.join(', ')}.`, todo };
}

function nodeNameFinding(dnsNames: readonly string[], node: string | null): Finding {
  const topic = { id: 'appliance.names.node', title: 'Name of the node' };
  if (node === null) return skipped(topic, 'The appliance could not be asked.');
  if (dnsNames.some((name) => name.toLowerCase() === node)) return ok(topic, `${node} is among the names.`);
  return {
    ...topic,
    outcome: 'warn',
    answer: `The node calls itself ${node}, which is not among the names.`,
    todo: 'Add it, unless nobody reaches the node under that name: other nodes and phones do by default.',
  };
}
