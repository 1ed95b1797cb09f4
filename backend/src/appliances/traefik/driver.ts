import { z } from 'zod';
import { type CertificateChain, sha256OfPem } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import { KEY_KINDS } from '../../domain/key-kind.ts';
import { flag } from '../../plugins/fields.ts';
import type { FileHost, HostPlace } from '../../plugins/file-host.ts';
import { nameOf } from '../../plugins/file-system.ts';
import { hostFields, hostPlaceOf } from '../../plugins/host-fields.ts';
import type { Logger, PluginDeps } from '../../plugins/plugin.ts';
import { endpointsOf, servedAtField } from '../../plugins/served-at.ts';
import type { TlsEndpoint } from '../../plugins/tls.ts';
import { bits, certificateMode, keyMode, owner, path } from '../_hosts/file-fields.ts';
import { nodeOf, receiptOf } from '../_hosts/file-target.ts';
import { checkHost, fileFinding, fileHostsOf, onHost } from '../_hosts/host-checks.ts';
import { keyFilesOf, leafIn, ONLY_SLOT, refuseOtherSlot } from '../_hosts/key-files.ts';
import type { ApplianceDriver, InstallReceipt, KeyMaterial } from '../driver.ts';
import { attempt, ok, refused, type Topic } from '../findings.ts';
import { certFileIn, dynamicFile, type Format, formatOf } from './dynamic-file.ts';

export const traefikSettings = z.object({
  ...hostFields,
  servedAt: servedAtField,
  dynamicFile: path({
    title: 'Dynamic configuration file',
    help: 'A file of its own (.yml, .yaml or .toml) in the folder that providers.file.directory names. certferry writes all of it.',
    example: '/etc/traefik/dynamic/www.yml',
  }),
  folder: path({
    title: 'Folder of the certificates',
    help: 'Key and certificate go there, under a new name each time. It has to be there.',
    example: '/etc/traefik/certs',
  }),
  folderInTraefik: path({
    title: 'The same folder, seen by Traefik',
    help: 'When Traefik runs in a container that has the folder mounted at another path.',
    advanced: true,
  }).optional(),
  defaultCertificate: flag({
    title: 'Default certificate',
    help: 'Also for clients that ask for no name, or for one without a certificate. Only one file may say so.',
    advanced: true,
  }).default(false),
  keyMode,
  certificateMode,
  owner,
});

type TraefikSettings = z.output<typeof traefikSettings>;

interface Traefik {
  readonly place: HostPlace;
  readonly dynamicFile: string;
  readonly format: Format;
  readonly folder: string;
  readonly folderInTraefik: string;
  /** What the names of keys and certificates begin with. */
  readonly base: string;
  readonly isDefault: boolean;
  readonly keyMode: number;
  readonly certificateMode: number;
  readonly owner: string | undefined;
  readonly endpoints: readonly TlsEndpoint[];
}

/** @throws AppError INVALID_SETTINGS */
export function readTraefik(settings: TraefikSettings): Traefik {
  const format = formatOf(settings.dynamicFile);
  if (!format) {
    const words = 'Dynamic configuration file (dynamicFile): its name has to end in .yml, .yaml or .toml.';
    throw new AppError('INVALID_SETTINGS', words);
  }
  return {
    place: hostPlaceOf(settings),
    dynamicFile: settings.dynamicFile,
    format,
    folder: settings.folder,
    folderInTraefik: settings.folderInTraefik ?? settings.folder,
    base: nameOf(settings.dynamicFile).replace(/\.\w+$/, ''),
    isDefault: settings.defaultCertificate,
    keyMode: bits(settings.keyMode),
    certificateMode: bits(settings.certificateMode),
    owner: settings.owner,
    endpoints: endpointsOf(settings.servedAt),
  };
}

export function createTraefikDriver(settings: TraefikSettings, deps: PluginDeps): ApplianceDriver {
  const traefik = readTraefik(settings);
  const { place, endpoints } = traefik;
  const hosts = () => fileHostsOf(deps);
  return {
    async identify(signal) {
      await onHost(hosts(), place, signal, async () => undefined);
      return { product: 'Traefik', version: null, nodeName: nodeOf(place), slots: [ONLY_SLOT] };
    },
    async check(slot, _dnsNames, signal) {
      refuseOtherSlot(slot);
      return await checkHost(hosts(), place, signal, (host) => findings(host, traefik, signal));
    },
    async readInstalled(slot, signal) {
      refuseOtherSlot(slot);
      return await onHost(hosts(), place, signal, (host) => readLeaf(host, traefik, signal));
    },
    async install(slot, chain, key, signal) {
      refuseOtherSlot(slot);
      return await onHost(hosts(), place, signal, (host) =>
        install(host, traefik, { chain, key, log: deps.log }, signal),
      );
    },
    async endpoints(slot) {
      refuseOtherSlot(slot);
      return endpoints;
    },
    key: { kinds: KEY_KINDS },
  };
}

const DYNAMIC: Topic = { id: 'traefik.dynamic', title: 'Dynamic configuration' };

async function findings(host: FileHost, traefik: Traefik, signal: AbortSignal) {
  const { dynamicFile: file, folder, base, keyMode: mode, certificateMode: plain } = traefik;
  const own = await attempt(() => readDynamic(host, traefik, signal), signal);
  const answer = 'It is not there yet, or certferry wrote it.';
  return [
    await fileFinding(host, { id: 'key', title: 'Key', path: `${folder}/${base}.key`, mode, holdsKey: true }, signal),
    await fileFinding(host, { id: 'dynamic', title: DYNAMIC.title, path: file, mode: plain, holdsKey: false }, signal),
    own.ok
      ? ok(DYNAMIC, answer)
      : refused(DYNAMIC, own.error.message, 'Give a file of its own: all of it is replaced.'),
  ];
}

/** The name of the certificate's file that Traefik is told; null when it is told none. @throws AppError APPLIANCE_REFUSED when somebody else wrote it. */
async function readDynamic(host: FileHost, traefik: Traefik, signal: AbortSignal): Promise<string | null> {
  const text = await host.read(traefik.dynamicFile, signal);
  if (text === null || text.trim() === '') return null;
  const certFile = certFileIn(text);
  if (certFile !== null) return nameOf(certFile);
  throw new AppError('APPLIANCE_REFUSED', `${traefik.dynamicFile} on ${host.name} was written by somebody else.`);
}

async function readLeaf(host: FileHost, traefik: Traefik, signal: AbortSignal) {
  const name = await readDynamic(host, traefik, signal);
  return name === null ? null : leafIn(await host.read(`${traefik.folder}/${name}`, signal));
}

interface Given {
  readonly chain: CertificateChain;
  readonly key: KeyMaterial;
  readonly log: Logger;
}

/**
 * Traefik is told of a new pair by one rename. It looks at the names in its dynamic configuration, and at their content
 * only when that changes (https://github.com/traefik/traefik/issues/5495), so each pair has a name of its own.
 */
async function install(
  host: FileHost,
  traefik: Traefik,
  { chain, key, log }: Given,
  signal: AbortSignal,
): Promise<InstallReceipt> {
  const { folder, folderInTraefik, base, format, isDefault, owner: givenTo } = traefik;
  const pems = keyFilesOf(chain, key);
  const before = await readDynamic(host, traefik, signal);
  const stem = `${base}-${sha256OfPem(chain.leafPem).slice(0, 16)}`;
  const [certFile, keyFile] = [`${stem}.crt`, `${stem}.key`];
  const told = { certFile: `${folderInTraefik}/${certFile}`, keyFile: `${folderInTraefik}/${keyFile}`, isDefault };
  const plain = { mode: traefik.certificateMode, owner: givenTo };
  const replacement = await host.replace(
    [
      { path: `${folder}/${keyFile}`, content: pems.key, mode: traefik.keyMode, owner: givenTo },
      { path: `${folder}/${certFile}`, content: pems.fullchain, ...plain },
      { path: traefik.dynamicFile, content: dynamicFile(format, told), ...plain },
    ],
    signal,
  );
  await replacement.finish(0);
  const receipt = receiptOf(leafIn(pems.fullchain), await readLeaf(host, traefik, signal), replacement.changed);
  const kept = [stem, before?.replace(/\.crt$/, '') ?? stem];
  const swept = await attempt(() => sweep(host, traefik, kept, signal), signal);
  if (!swept.ok) log.warn({ host: host.name, folder, problem: swept.error.message }, 'earlier certificates stay');
  return receipt;
}

/** Removes pairs of ours, but for those of `kept`: the one before may still be being read. */
async function sweep(host: FileHost, { folder, base }: Traefik, kept: readonly string[], signal: AbortSignal) {
  const isOurs = (name: string) =>
    name.startsWith(`${base}-`) && /^[0-9a-f]{16}\.(?:crt|key)$/.test(name.slice(base.length + 1));
  const old = (await host.list(folder, signal)).filter(
    (name) => isOurs(name) && !kept.includes(name.replace(/\.\w+$/, '')),
  );
  for (const name of old) await host.remove(`${folder}/${name}`, signal);
}
