import type { LookView, PluginDeclaration } from '../api/types.ts';
import { hostIn } from '../dns/host.ts';
import type { PartDraft } from './draft.ts';

type Settings = PartDraft['settings'];

/** `add`: what is trusted already stays. */
export type Trusting = 'add' | 'replace';

/** The settings that decide where a look goes, as the daemon takes them. What was seen there says nothing of another address. */
export function lookRequest({ host, apiPort, sshPort, serverName }: Settings): { readonly host: string } {
  return {
    host: hostIn(String(host ?? '')),
    ...(typeof apiPort === 'number' ? { apiPort } : {}),
    ...(typeof sshPort === 'number' ? { sshPort } : {}),
    ...(typeof serverName === 'string' && serverName !== '' ? { serverName } : {}),
  };
}

/** `settings` that trust what was seen, as far as the plugin has fields for it. */
export function trusting(settings: Settings, seen: LookView, plugin: PluginDeclaration, how: Trusting): Settings {
  const lists = Object.entries(fingerprintsIn(seen, plugin)).map(([field, value]) => {
    const before = how === 'add' ? listIn(settings, field) : [];
    return [field, withValue(before, value)];
  });
  const pins = seen.tls.certificate && plugin.settings.properties.trust ? { trust: 'pin' } : {};
  return { ...settings, host: hostIn(String(settings.host ?? '')), ...pins, ...Object.fromEntries(lists) };
}

/** True when nothing of what was seen is left to be trusted. */
export function isTrusted(settings: Settings, seen: LookView, plugin: PluginDeclaration): boolean {
  const fields = Object.entries(fingerprintsIn(seen, plugin));
  return fields.length > 0 && fields.every(([field, value]) => holds(listIn(settings, field), value));
}

/** How many fingerprints are trusted that were not seen: of other nodes, or of what was there before. */
export function trustedBesides(settings: Settings, seen: LookView, plugin: PluginDeclaration): number {
  return Object.entries(fingerprintsIn(seen, plugin)).reduce(
    (sum, [field, value]) => sum + listIn(settings, field).filter((one) => !isSame(one, value)).length,
    0,
  );
}

/** By the field that holds it. A certificate has a fingerprint in hexadecimal, an SSH key one as OpenSSH prints it. */
function fingerprintsIn({ tls, ssh }: LookView, { settings: { properties } }: PluginDeclaration) {
  return {
    ...(tls.certificate && properties.pinnedSha256 ? { pinnedSha256: tls.certificate.sha256 } : {}),
    ...(ssh.fingerprint !== null && properties.sshHostKeys ? { sshHostKeys: ssh.fingerprint } : {}),
  };
}

export function listIn(settings: Settings, field: string): readonly string[] {
  const value = settings[field];
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string' && one !== '') : [];
}

/** `list` with `value` at its end, unless it is there in one way of writing it or another. */
export function withValue(list: readonly string[], value: string): readonly string[] {
  return holds(list, value) ? list : [...list, value];
}

export function holds(list: readonly string[], value: string): boolean {
  return list.some((one) => isSame(one, value));
}

/** People write hexadecimal with colons, spaces and capitals; in what OpenSSH prints, capitals count. */
function isSame(one: string, other: string): boolean {
  return canonical(one) === canonical(other);
}

function canonical(fingerprint: string): string {
  const bare = fingerprint.replaceAll(/[:\s]/g, '');
  return /^[0-9a-f]{64}$/i.test(bare) ? bare.toLowerCase() : fingerprint.trim();
}
