import type { CertificateFacts } from '../../domain/certificate.ts';
import { KEY_KINDS } from '../../domain/key-kind.ts';
import type { FileHost } from '../../plugins/file-host.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { nodeOf } from '../_hosts/file-target.ts';
import { checkHost, fileHostsOf, onHost } from '../_hosts/host-checks.ts';
import { leafIn, ONLY_SLOT, refuseOtherSlot } from '../_hosts/key-files.ts';
import { shownAt } from '../_hosts/shown-at.ts';
import type { ApplianceDriver } from '../driver.ts';
import { haproxyFindings } from './check.ts';
import { install, sha1Of } from './install.ts';
import { RuntimeApi } from './runtime.ts';
import { type Haproxy, type HaproxySettings, readHaproxy } from './settings.ts';

export function createHaproxyDriver(settings: HaproxySettings, deps: PluginDeps): ApplianceDriver {
  const haproxy = readHaproxy(settings);
  const { place, endpoints, name, runtime } = haproxy;
  const on = <T>(signal: AbortSignal, work: (host: FileHost) => Promise<T>) =>
    onHost(fileHostsOf(deps), place, signal, work);
  return {
    async identify(signal) {
      const version = await on(signal, (host) => new RuntimeApi(host, runtime, name).version(signal));
      const nodeName = place.where === 'local' && 'host' in runtime ? runtime.host : nodeOf(place);
      return { product: 'HAProxy', version, nodeName, slots: [ONLY_SLOT] };
    },
    async check(slot, _dnsNames, signal) {
      refuseOtherSlot(slot);
      return await checkHost(fileHostsOf(deps), place, signal, (host) => haproxyFindings(host, haproxy, signal));
    },
    async readInstalled(slot, signal) {
      refuseOtherSlot(slot);
      return await on(signal, (host) => readMemory(host, haproxy, signal));
    },
    async install(slot, chain, key, signal) {
      refuseOtherSlot(slot);
      return await on(signal, (host) => install(host, haproxy, { chain, key }, signal));
    },
    async endpoints(slot) {
      refuseOtherSlot(slot);
      return endpoints;
    },
    key: { kinds: KEY_KINDS },
  };
}

/** HAProxy tells a fingerprint; the certificate to it is in the file, unless somebody changed that, and is shown to clients. */
async function readMemory(
  host: FileHost,
  { runtime, name, pemFile, endpoints }: Haproxy,
  signal: AbortSignal,
): Promise<CertificateFacts | null | 'unreadable'> {
  const held = await new RuntimeApi(host, runtime, name).held(signal);
  if (held === null) return null;
  const isHeld = (found: CertificateFacts) => sha1Of(found.pem) === held.sha1;
  const inFile = leafIn(await host.read(pemFile, signal));
  if (inFile !== null && inFile !== 'unreadable' && isHeld(inFile)) return inFile;
  return (await shownAt(endpoints, signal)).find(isHeld) ?? 'unreadable';
}
