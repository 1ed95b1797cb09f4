import { type Certificate, type CertificateWithKey, readCertificate, selfSigned } from './certificates.ts';
import { EC_P384, RSA_2048, type SharedKeys, usualHash } from './keys.ts';
import type { IdentitySeed, NodeSeed } from './seed.ts';
import { productOf, type Role } from './services.ts';
import { type Slot, type SlotName, slotsOf } from './slots.ts';

/** A certificate with its key, and the issuers that are served with it. */
export interface Identity extends CertificateWithKey {
  readonly certificate: Certificate;
  readonly issuers: readonly Certificate[];
}

export interface StartSettings {
  readonly nodeName: string;
  readonly role: Role;
  /** Of the certificate in `tomcat`; negative: it has expired. */
  readonly installedValidDays: number;
  readonly seed: NodeSeed | null;
  readonly startKeys: SharedKeys;
}

const OTHERS_VALID_DAYS = 900;
const DAY_MS = 86_400_000;

/** What a node holds at the start: a self-signed certificate in each slot, like those of the seed when there is one. */
export async function startIdentities(settings: StartSettings): Promise<Map<SlotName, Identity>> {
  const keys = settings.startKeys;
  const identities = new Map<SlotName, Identity>();
  for (const slot of slotsOf(productOf(settings.role))) {
    const { commonName, dnsNames, key, notAfter } = settings.seed?.identities.get(slot.name) ?? usual(slot, settings);
    const hash = usualHash(key);
    const pair = await selfSigned({ commonName, dnsNames, notAfter, keys: await keys.of(key), hash });
    identities.set(slot.name, { ...pair, certificate: readCertificate(pair.certificatePem), issuers: [] });
  }
  return identities;
}

/** A node names its EC certificates `host-EC`. */
function usual(slot: Slot, { nodeName, installedValidDays }: StartSettings): IdentitySeed {
  const days = slot.name === 'tomcat' ? installedValidDays : OTHERS_VALID_DAYS;
  return {
    commonName: slot.key === 'ec' ? withSuffix(nodeName, '-EC') : nodeName,
    dnsNames: [nodeName],
    key: slot.key === 'ec' ? EC_P384 : RSA_2048,
    notAfter: new Date(Date.now() + days * DAY_MS),
  };
}

/** `cucm-pub-ms.lab.example.com` of `cucm-pub.lab.example.com` and `-ms`. */
export function withSuffix(nodeName: string, suffix: string): string {
  const [host = '', ...domain] = nodeName.split('.');
  return [`${host}${suffix}`, ...domain].join('.');
}
