import { hostname } from 'node:os';
import type { CertificateChain } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import { KEY_KINDS } from '../../domain/key-kind.ts';
import type { FileHost, FileHosts, HostPlace, NewFile } from '../../plugins/file-host.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import type { TlsEndpoint } from '../../plugins/tls.ts';
import type { ApplianceDriver, InstallReceipt, KeyMaterial } from '../driver.ts';
import { bits } from './file-fields.ts';
import { checkHost, type FilePlan, fileFinding, fileHostsOf, onHost } from './host-checks.ts';
import { type KeyFiles, keyFilesOf, leafIn, ONLY_SLOT, refuseOtherSlot } from './key-files.ts';
import { reloadBy } from './reload.ts';

/** Certificates in files on a host, in the forms that a person wants them in. */
export interface FileTarget {
  readonly product: string;
  readonly place: HostPlace;
  /** What is written, key first. */
  readonly files: readonly TargetFile[];
  readonly owner: string | undefined;
  /** Generations of earlier files. */
  readonly keepOld: number;
  /** Program and arguments; null: the files are looked at by whoever uses them. */
  readonly reload: { readonly argv: readonly [string, ...string[]]; readonly timeoutMs: number } | null;
  readonly endpoints: readonly TlsEndpoint[];
}

export interface TargetFile {
  readonly form: keyof KeyFiles;
  readonly path: string;
  /** Octal. */
  readonly mode: string;
}

const TITLES: Readonly<Record<keyof KeyFiles, string>> = {
  key: 'File of the key',
  certificate: 'File of the certificate',
  chain: 'File of the intermediates',
  fullchain: 'File of certificate and intermediates',
  combined: 'File of key and certificates',
};

export function createFileDriver(target: FileTarget, deps: PluginDeps): ApplianceDriver {
  const { product, place, endpoints, reload } = target;
  const node = nodeOf(place);
  const hosts = () => fileHostsOf(deps);
  return {
    async identify(signal) {
      await onHost(hosts(), place, signal, async () => undefined);
      return { product, version: null, nodeName: node, slots: [ONLY_SLOT] };
    },
    async check(slot, _dnsNames, signal) {
      refuseOtherSlot(slot);
      return await checkHost(hosts(), place, signal, (host) => fileFindings(host, target, signal));
    },
    async readInstalled(slot, signal) {
      refuseOtherSlot(slot);
      return await onHost(hosts(), place, signal, (host) => readLeaf(host, target, signal));
    },
    async install(slot, chain, key, signal) {
      refuseOtherSlot(slot);
      return await install(hosts(), target, chain, key, signal);
    },
    async endpoints(slot) {
      refuseOtherSlot(slot);
      return endpoints;
    },
    key: { kinds: KEY_KINDS },
    ...(reload && deps.fileHosts
      ? { activation: reloadBy({ hosts: deps.fileHosts, place, node, command: reload, endpoints }) }
      : {}),
  };
}

export function nodeOf(place: HostPlace): string {
  return place.where === 'local' ? hostname() : place.host;
}

async function fileFindings(host: FileHost, { files }: FileTarget, signal: AbortSignal) {
  const plans = files.map(
    ({ form, path, mode }): FilePlan => ({
      ...{ id: form, title: TITLES[form], path },
      ...{ mode: bits(mode), holdsKey: form === 'key' || form === 'combined' },
    }),
  );
  return await Promise.all(plans.map((plan) => fileFinding(host, plan, signal)));
}

/** Of the first file that holds the leaf. */
async function readLeaf(host: FileHost, { files }: FileTarget, signal: AbortSignal) {
  const file = files.find(({ form }) => form !== 'key' && form !== 'chain');
  return file ? leafIn(await host.read(file.path, signal)) : null;
}

async function install(
  hosts: FileHosts,
  target: FileTarget,
  chain: CertificateChain,
  key: KeyMaterial,
  signal: AbortSignal,
): Promise<InstallReceipt> {
  const forms = keyFilesOf(chain, key);
  const leaf = leafIn(forms.certificate);
  const files = target.files.map(
    ({ form, path, mode }): NewFile => ({ path, content: forms[form], mode: bits(mode), owner: target.owner }),
  );
  return await onHost(hosts, target.place, signal, async (host) => {
    const replacement = await host.replace(files, signal);
    await replacement.finish(target.keepOld);
    return receiptOf(leaf, await readLeaf(host, target, signal), replacement.changed);
  });
}

type Leaf = ReturnType<typeof leafIn>;

/** @throws AppError APPLIANCE_PROTOCOL when what was read back is not the leaf. */
export function receiptOf(leaf: Leaf, found: Leaf, changed: boolean): InstallReceipt {
  const [wanted, held] = [leaf, found].map((one) => (one && one !== 'unreadable' ? one.sha256 : null));
  if (wanted && held === wanted) return { changed, sha256: wanted };
  throw new AppError('APPLIANCE_PROTOCOL', 'The certificate was written, but another one was read back.');
}
