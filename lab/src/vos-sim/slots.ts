import { Refusal } from './refusal.ts';

/** CUCM, or the IM and Presence Service. */
export type Product = 'cucm' | 'imp';

/** A place for a certificate with its key, as `show cert list own` prints it. */
export interface Slot {
  readonly name: SlotName;
  readonly product: Product | 'both';
  readonly key: 'rsa' | 'ec';
  /** The trust store in which its issuers have to be. */
  readonly trust: TrustName;
  /** Whether one certificate may be shared by the nodes of a cluster. */
  readonly multiServer: boolean;
  /** Whether the lab can change it. */
  readonly changeable: boolean;
  /** Whether its CSR asks for ipsecEndSystem too. */
  readonly ipsecUsage: boolean;
}

export type SlotName =
  | 'tomcat'
  | 'tomcat-ECDSA'
  | 'ipsec'
  | 'ITLRecovery'
  | 'CallManager-ECDSA'
  | 'CallManager'
  | 'CAPF'
  | 'TVS'
  | 'cup'
  | 'cup-ECDSA'
  | 'cup-xmpp'
  | 'cup-xmpp-ECDSA'
  | 'cup-xmpp-s2s'
  | 'cup-xmpp-s2s-ECDSA';

/** A trust store, without the ending `-trust`. */
export type TrustName = 'tomcat' | 'ipsec' | 'CallManager' | 'CAPF' | 'TVS' | 'cup' | 'cup-xmpp';

const TRUST_STORES: Readonly<Record<Product, readonly TrustName[]>> = {
  cucm: ['tomcat', 'ipsec', 'CallManager', 'CAPF', 'TVS'],
  imp: ['tomcat', 'ipsec', 'cup', 'cup-xmpp'],
};

/**
 * Which certificates may be multi-server, and which usages they ask for.
 *
 * @see https://www.cisco.com/c/en/us/td/docs/voice_ip_comm/cucm/security/14SU2/cucm_b_security-guide-14su2/cucm_m_certificates.html
 */
const SLOTS: readonly Slot[] = [
  slot('tomcat', 'both', 'tomcat', 'multi-server'),
  slot('tomcat-ECDSA', 'both', 'tomcat', 'multi-server'),
  { ...slot('ipsec', 'both', 'ipsec', 'single'), ipsecUsage: true },
  slot('ITLRecovery', 'cucm', 'CallManager', 'fixed'),
  slot('CallManager-ECDSA', 'cucm', 'CallManager', 'multi-server'),
  slot('CallManager', 'cucm', 'CallManager', 'multi-server'),
  slot('CAPF', 'cucm', 'CAPF', 'fixed'),
  slot('TVS', 'cucm', 'TVS', 'fixed'),
  { ...slot('cup', 'imp', 'cup', 'single'), ipsecUsage: true },
  { ...slot('cup-ECDSA', 'imp', 'cup', 'single'), ipsecUsage: true },
  slot('cup-xmpp', 'imp', 'cup-xmpp', 'multi-server'),
  slot('cup-xmpp-ECDSA', 'imp', 'cup-xmpp', 'multi-server'),
  slot('cup-xmpp-s2s', 'imp', 'cup-xmpp', 'multi-server'),
  slot('cup-xmpp-s2s-ECDSA', 'imp', 'cup-xmpp', 'multi-server'),
];

function slot(
  name: SlotName,
  product: Slot['product'],
  trust: TrustName,
  kind: 'multi-server' | 'single' | 'fixed',
): Slot {
  return {
    name,
    product,
    key: name.endsWith('-ECDSA') ? 'ec' : 'rsa',
    trust,
    multiServer: kind === 'multi-server',
    changeable: kind !== 'fixed',
    ipsecUsage: false,
  };
}

export function slotsOf(product: Product): readonly Slot[] {
  return SLOTS.filter((one) => one.product === 'both' || one.product === product);
}

export function trustStoresOf(product: Product): readonly TrustName[] {
  return TRUST_STORES[product];
}

/** @throws Refusal when the product has no such slot */
export function slotNamed(name: string, product: Product): Slot {
  const found = slotsOf(product).find((one) => one.name === name);
  if (!found) throw new Refusal(400, `Invalid service: ${name}`);
  return found;
}

/** The store of that name, or the one that a slot of that name shares. @throws Refusal when there is neither */
export function trustStoreNamed(name: string, product: Product): TrustName {
  return TRUST_STORES[product].find((one) => one === name) ?? slotNamed(name, product).trust;
}
