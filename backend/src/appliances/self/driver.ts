import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { type CertificateChain, chainPems, readCertificate, readCsr, splitPem } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import type { Finding } from '../../domain/finding.ts';
import { KEY_KINDS } from '../../domain/key-kind.ts';
import { choice } from '../../plugins/fields.ts';
import { makeCsr, makeKey } from '../../plugins/keys.ts';
import type { OwnTls, OwnTlsFile } from '../../plugins/own-tls.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import type { TlsEndpoint } from '../../plugins/tls.ts';
import { VERSION } from '../../version.ts';
import type { ApplianceDriver, CsrRequest, InstallReceipt, SlotId } from '../driver.ts';

export const settings = z.object({
  keyType: choice(KEY_KINDS, { title: 'Key', help: 'Made anew for each certificate.', advanced: true }).default(
    'EC P-256',
  ),
});

type SelfSettings = z.output<typeof settings>;

export function createSelfDriver({ keyType }: SelfSettings, { ownTls }: PluginDeps): ApplianceDriver {
  return {
    async identify(signal) {
      signal.throwIfAborted();
      const { slots } = listening(ownTls);
      return { product: 'certferry', version: VERSION, nodeName: 'this daemon', slots };
    },
    async check(slot, _dnsNames, signal) {
      signal.throwIfAborted();
      return check(slot, ownTls);
    },
    async readInstalled(slot, signal) {
      signal.throwIfAborted();
      const [leafPem] = splitPem((await placeOf(slot, ownTls).read('identity.pem')) ?? '');
      return leafPem === undefined ? null : readCertificate(leafPem);
    },
    install: (slot, chain) => install(placeOf(slot, ownTls), chain),
    endpoints: async (slot) => [await endpointOf(placeOf(slot, ownTls))],
    csr: {
      pending: (slot) => placeOf(slot, ownTls).read('pending.csr'),
      create: (slot, request) => createRequest(placeOf(slot, ownTls), request, keyType),
    },
  };
}

/** One slot, and what it is reached through. */
interface Place {
  readonly tls: OwnTls;
  readonly address: NonNullable<OwnTls['address']>;
  read(file: OwnTlsFile): Promise<string | null>;
  write(file: OwnTlsFile, text: string): Promise<void>;
  remove(file: OwnTlsFile): Promise<void>;
}

function placeOf(slot: SlotId, ownTls: OwnTls | undefined): Place {
  const tls = listening(ownTls);
  if (!tls.slots.includes(slot)) {
    throw new AppError('INVALID_SETTINGS', `There is no slot "${slot}"; there are ${tls.slots.join(', ')}.`);
  }
  return {
    tls,
    address: tls.address,
    read: (file) => tls.read(slot, file),
    write: (file, text) => tls.write(slot, file, text),
    remove: (file) => tls.remove(slot, file),
  };
}

type Listening = OwnTls & { readonly address: NonNullable<OwnTls['address']> };

/** @throws AppError INVALID_SETTINGS when HTTPS is off. */
function listening(tls: OwnTls | undefined): Listening {
  if (tls && isListening(tls)) return tls;
  throw new AppError('INVALID_SETTINGS', 'This daemon does not serve HTTPS itself: CERTFERRY_HTTPS is off.');
}

function isListening(tls: OwnTls): tls is Listening {
  return tls.address !== null;
}

function check(slot: SlotId, ownTls: OwnTls | undefined): readonly Finding[] {
  const finding = { id: 'self.https', title: 'HTTPS of this daemon' };
  try {
    const { address } = placeOf(slot, ownTls);
    return [{ ...finding, outcome: 'ok', answer: `Served on ${address.host} port ${address.port}, slot ${slot}.` }];
  } catch (err) {
    const { message } = AppError.from(err);
    return [{ ...finding, outcome: 'block', answer: message, todo: 'Set CERTFERRY_HTTPS to on and start again.' }];
  }
}

/** The key comes first: a request without its key would be worth nothing. */
async function createRequest(
  place: Place,
  { commonName, dnsNames }: CsrRequest,
  kind: SelfSettings['keyType'],
): Promise<string> {
  const key = await makeKey(kind);
  const csr = await makeCsr(key, commonName, dnsNames);
  await place.write('pending.key', key.keyPem);
  await place.write('pending.csr', csr);
  return csr;
}

async function install(place: Place, chain: CertificateChain): Promise<InstallReceipt> {
  const { sha256, key } = readCertificate(chain.leafPem);
  const [current] = splitPem((await place.read('identity.pem')) ?? '');
  if (current !== undefined && readCertificate(current).sha256 === sha256) return { changed: false, sha256 };
  const [keyPem, csr] = [await place.read('pending.key'), await place.read('pending.csr')];
  if (keyPem === null || csr === null || readCsr(csr).key.spkiSha256 !== key.spkiSha256) {
    throw new AppError('APPLIANCE_CSR_REPLACED', 'The certificate does not belong to the key that waits for one.');
  }
  // Throws on a damaged file, before what is served is touched.
  createPrivateKey(keyPem);
  await place.write('identity.pem', `${keyPem}${chainPems({ ...chain, rootPem: null }).join('')}`);
  await place.tls.reload();
  // The next certificate gets a key of its own.
  for (const file of ['pending.csr', 'pending.key'] as const) await place.remove(file);
  return { changed: true, sha256 };
}

/** A client that asks for a name of this slot. */
async function endpointOf(place: Place): Promise<TlsEndpoint> {
  const { host, port } = place.address;
  const [leaf] = splitPem((await place.read('identity.pem')) ?? '');
  const held = leaf === undefined ? [] : readCertificate(leaf).dnsNames;
  const [name = host] = held;
  return { host: reachable(host), port, serverName: name.replace(/^\*\./, 'www.') };
}

function reachable(host: string): string {
  return host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
}
