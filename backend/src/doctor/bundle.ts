import { open, rm, writeFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { create } from 'tar';
import type { Config } from '../config/config.ts';
import type { Finding } from '../domain/finding.ts';
import type { Json } from '../domain/json.ts';
import { keepable } from '../plugins/exchange-text.ts';
import type { Logger } from '../plugins/plugin.ts';
import { StandIns } from '../plugins/stand-ins.ts';
import { makeTemporaryFolder } from '../plugins/temporary-folder.ts';
import { Recordings } from '../renewal/recordings.ts';
import { accountsDirToRead } from '../store/accounts-dir.ts';
import type { Connection, RenewalRow, Store } from '../store/store.ts';
import { VERSION } from '../version.ts';

const EVENTS = 1_000;
const RENEWALS = 100;

export interface BundleInput {
  readonly config: Config;
  readonly findings: readonly Finding[];
  /** Null when there is no database that can be read. */
  readonly store: Store | null;
  readonly log: Logger;
  readonly now: Date;
}

/**
 * Writes what helps to find out what is wrong, as tar.gz that can be given to strangers: no secrets, and stand-ins for the names of the
 * site. The file is there afterwards with mode 0600.
 *
 * @throws when it is there already.
 */
export async function writeBundle(file: string, input: BundleInput): Promise<readonly string[]> {
  const contents = await contentsOf(input);
  const reserved = await open(file, 'wx', 0o600);
  await reserved.close();
  const scratch = await makeTemporaryFolder('certferry-bundle-');
  try {
    for (const [name, text] of contents) await writeFile(join(scratch, name), text, { mode: 0o600 });
    const names = contents.map(([name]) => name);
    await create({ gzip: true, file, cwd: scratch, portable: true, mtime: input.now }, names);
    return names;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Name of a file, and what is in it: a value, or the values of its lines. */
interface Told {
  readonly name: string;
  readonly value: Json;
  readonly lines?: true;
}

type Contents = readonly (readonly [name: string, text: string])[];

async function contentsOf({ config, findings, store, log, now }: BundleInput): Promise<Contents> {
  const connections = store ? await store.connections.all() : [];
  const renewals = store ? await store.renewals.list({ limit: RENEWALS }) : [];
  const latest = store ? await store.events.latest() : 0;
  const events = store ? await store.events.read({ after: Math.max(0, latest - EVENTS), limit: EVENTS }) : [];
  const about = { certferry: VERSION, node: process.version, platform: `${process.platform} ${process.arch}`, at: now };
  const told: readonly Told[] = [
    { name: 'about.json', value: plain({ ...about, connections: connections.length }) },
    { name: 'settings.json', value: plain(config) },
    { name: 'findings.json', value: plain(findings.map(withoutPlace)) },
    { name: 'connections.json', value: plain(connections.map(summary)) },
    { name: 'renewals.json', value: plain(renewals.map(withoutFacts)) },
    { name: 'events.jsonl', value: plain(events), lines: true },
  ];
  const named = await namesOf(config, connections, store);
  return [...anonymous(told, named), ...(await recordings(config, connections, renewals, log))];
}

interface Named {
  readonly hosts: readonly string[];
  readonly users: readonly string[];
  /** What people called things, longest first. */
  readonly called: readonly string[];
}

async function namesOf(config: Config, connections: readonly Connection[], store: Store | null): Promise<Named> {
  const calendars = store ? await store.calendars.all() : [];
  const accounts = store ? await store.accounts.all() : [];
  const users = store ? await store.access.users.all() : [];
  const channels = store ? await store.notify.notifiers.all() : [];
  const settings = connections.flatMap(({ appliance }) => strings(appliance.settings));
  const hosts = [
    hostname(),
    ...connections.flatMap(({ dnsNames }) => dnsNames),
    ...settings.filter((text) => /^[\w.-]+$/.test(text)),
  ];
  const called = [...connections, ...calendars, ...accounts, ...channels].map(({ name }) => name);
  const paths = [config.dataDir, config.accountsDir, config.backupTo];
  return {
    hosts: hosts.filter((host) => host.includes('.') || host === hostname()),
    users: [userInfo().username, ...users.map(({ name }) => name), ...settings.filter((text) => !text.includes('.'))],
    called: [...called, ...paths].filter((name) => name.length > 2).toSorted((a, b) => b.length - a.length),
  };
}

function strings(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(strings) : [];
}

/** What these fields hold are words and instants of our own. */
const OURS = new Set([
  ...['id', 'type', 'renewalId', 'step', 'code', 'outcome', 'by', 'at', 'until', 'since', 'startedAt', 'finishedAt'],
  ...['certferry', 'node', 'platform', 'appliance', 'slot', 'facts', 'rcode', 'kind', 'state', 'reason', 'retryAt'],
]);

function anonymous(told: readonly Told[], { hosts, users, called }: Named): Contents {
  const clean = (text: string) =>
    called.reduce((rest, name, index) => rest.replaceAll(name, `called-${index + 1}`), keepable(text, []));
  const cleaned = told.map((one) => ({ ...one, value: mapped(one.value, clean) }));
  const standIns = new StandIns(
    { hosts, users },
    cleaned.flatMap(({ value }) => strings(value)),
  );
  return cleaned.map(({ name, value, lines }) => {
    const put = mapped(value, (text) => standIns.replace(text));
    const all = lines && Array.isArray(put) ? put.map((line) => `${JSON.stringify(line)}\n`).join('') : pretty(put);
    return [name, all];
  });
}

/** `value` with its texts changed; names of fields only where they are names of hosts. */
function mapped(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one: Json) => mapped(one, change));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name.includes('.') ? change(name) : name,
      OURS.has(name) ? one : mapped(one, change),
    ]),
  );
}

/** The id of a finding as far as it is the same everywhere. */
function withoutPlace(finding: Finding): object {
  const [, id, place] = /^(endpoint|dns\.resolver)\.(.+)$/.exec(finding.id) ?? [];
  return id === undefined ? finding : { ...finding, id, place };
}

/** As JSON would have it: instants are text, what is undefined is left out. */
function plain(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

/** What a connection is made of, without how it is reached. */
function summary({ id, appliance, slot, dnsNames, policy, version, incomplete }: Connection) {
  return {
    id,
    appliance: appliance.plugin,
    slot,
    names: dnsNames.length,
    policy,
    version,
    incomplete: incomplete.length,
  };
}

function withoutFacts({ facts, state, ...row }: RenewalRow) {
  return {
    ...row,
    at: typeof state === 'object' && state && 'at' in state ? state.at : null,
    facts: Object.keys(facts),
  };
}

async function recordings(
  { accountsDir }: Config,
  connections: readonly Connection[],
  renewals: readonly RenewalRow[],
  log: Logger,
): Promise<Contents> {
  const kept = new Recordings(accountsDirToRead(accountsDir), log);
  const found = await Promise.all(
    renewals.map(async ({ id, outcome, connectionId }) => {
      const connection = connections.find((one) => one.id === connectionId);
      // Most renewals record nothing.
      const text = connection && (await kept.download(connection, { id, outcome }).catch(() => null));
      return text ? [[`recording-${id}.jsonl`, text] as const] : [];
    }),
  );
  return found.flat();
}

function pretty(value: Json): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
