import { AppError } from '../../domain/errors.ts';
import type { Finding } from '../../domain/finding.ts';
import type { FileHost, FileHosts, HostPlace, SshPlace } from '../../plugins/file-host.ts';
import { folderOf } from '../../plugins/file-system.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { attempt, blocked, ok, refused, skipped, type Topic, warned } from '../findings.ts';

/** What can be known of a host and its files without changing anything. */

const HOST_KEY: Topic = { id: 'host.key', title: 'SSH host key' };
const LOGIN: Topic = { id: 'host.login', title: 'Host' };
const TEST_MS = 20_000;

/** @throws AppError INVALID_SETTINGS where no files may be touched. */
export function fileHostsOf({ fileHosts }: PluginDeps): FileHosts {
  if (fileHosts) return fileHosts;
  throw new AppError('INVALID_SETTINGS', 'This installation touches no files of hosts.');
}

/** Opens the host for `work`, and closes it. */
export async function onHost<T>(
  hosts: FileHosts,
  place: HostPlace,
  signal: AbortSignal,
  work: (host: FileHost) => Promise<T>,
): Promise<T> {
  await using host = await hosts.open(place, signal);
  return await work(host);
}

/** Findings of the way to the host, and then those of `look`. Throws only when aborted. */
export async function checkHost(
  hosts: FileHosts,
  place: HostPlace,
  signal: AbortSignal,
  look: (host: FileHost) => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  signal.throwIfAborted();
  const key = place.where === 'ssh' ? await hostKeyFinding(hosts, place, signal) : null;
  if (key?.outcome === 'block') return [key, skipped(LOGIN, 'Not tried before the host key is trusted.')];
  const before = key ? [key] : [];
  const opened = await attempt(() => hosts.open(place, signal), signal);
  if (!opened.ok) return [...before, blocked(LOGIN, opened.error)];
  await using host = opened.value;
  const words =
    place.where === 'ssh' ? `"${place.user}" logs in to ${host.name}.` : 'This host, as the user of certferry.';
  const looked = await attempt(() => look(host), signal);
  return [...before, ok(LOGIN, words), ...(looked.ok ? looked.value : [blocked(FILES, looked.error)])];
}

const FILES: Topic = { id: 'host.files', title: 'Files' };

async function hostKeyFinding(hosts: FileHosts, place: SshPlace, signal: AbortSignal): Promise<Finding> {
  const seen = await attempt(() => hosts.hostKey(place, signal), signal);
  if (!seen.ok) return blocked(HOST_KEY, seen.error);
  const { hostKeys } = place;
  if (hostKeys.includes(seen.value)) return ok(HOST_KEY, `${seen.value} is pinned.`);
  return refused(
    HOST_KEY,
    `The host shows ${seen.value}; ${hostKeys.length > 0 ? `pinned is ${hostKeys.join(' or ')}` : 'none is pinned'}.`,
    'Compare the fingerprint with the host over a path you trust, then add it to the SSH host keys.',
  );
}

/** A file that a renewal will write. */
export interface FilePlan {
  /** Ends the id of the finding: `key`. */
  readonly id: string;
  readonly title: string;
  readonly path: string;
  /** 0o640 */
  readonly mode: number;
  readonly holdsKey: boolean;
}

export async function fileFinding(host: FileHost, plan: FilePlan, signal: AbortSignal): Promise<Finding> {
  const { path, mode, holdsKey } = plan;
  const topic = { id: `files.${plan.id}`, title: plan.title };
  const found = await host.look(path, signal);
  if (found?.kind === 'link') {
    return refused(topic, `${path} is a symbolic link.`, 'Give the path that it leads to: links are not replaced.');
  }
  if (found && found.kind !== 'file') return refused(topic, `${path} is no plain file.`, 'Give the path of a file.');
  const folder = folderOf(path);
  const writable = await attempt(() => host.run({ argv: ['test', '-w', folder], timeoutMs: TEST_MS }, signal), signal);
  if (writable.ok && writable.value.exitCode === 1) {
    const todo = `Make the folder, and let the account write in it. Files are replaced by renaming, so the folder has to be writable.`;
    return refused(topic, `Nothing can be written in ${folder}.`, todo);
  }
  if (holdsKey && (mode & 0o007) !== 0) {
    return warned(topic, `Everybody on the host will be able to read the key in ${path}.`, 'Take a mode such as 0640.');
  }
  const state = found ? `${path} will be replaced` : `${path} will be made`;
  return ok(topic, `${state}, mode ${mode.toString(8).padStart(4, '0')}.`);
}
