import { z } from 'zod';
import { type Certificate, readCertificate } from './certificates.ts';
import type { KeyKind } from './keys.ts';
import { type Product, type SlotName, slotsOf, type TrustName, trustStoresOf } from './slots.ts';

/** A real node as far as its twin can be like it: names, key types, dates and trust. Nothing of it is secret. */
export interface NodeSeed {
  /** Full name. */
  readonly nodeName: string;
  readonly product: Product;
  readonly identities: ReadonlyMap<SlotName, IdentitySeed>;
  /** PEM. They go in as they are, expired or not. */
  readonly trusted: ReadonlyMap<TrustName, readonly string[]>;
  /** Slots and trust stores of the real node that the twin does not have, and certificates that cannot be read. */
  readonly leftOut: readonly string[];
}

export interface IdentitySeed {
  readonly commonName: string;
  /** Of type dns only. */
  readonly dnsNames: readonly string[];
  readonly key: KeyKind;
  readonly notAfter: Date;
}

/** Members for `startVosCluster`. */
export interface ClusterSeed {
  readonly publisher: NodeSeed;
  readonly subscribers: readonly NodeSeed[];
  readonly imp: readonly NodeSeed[];
}

const snapshot = z.object({
  server: z.string().min(1),
  identities: z.array(z.object({ service: z.string(), certificate: z.string().nullish() })),
  trusts: z
    .array(
      z.object({
        service: z.string(),
        certificate_data: z.array(z.object({ certificate: z.string().nullish() })).nullish(),
      }),
    )
    .default([]),
});

type Snapshot = z.infer<typeof snapshot>;

/**
 * Reads the answer to `GET /snapshot/server` of a real node. What it holds is public: certificates and their names.
 *
 * @throws ZodError when it is no such answer
 */
export function seedFromSnapshot(json: unknown): NodeSeed {
  const real = snapshot.parse(json);
  const product = real.identities.some(({ service }) => service.startsWith('cup')) ? 'imp' : 'cucm';
  const leftOut: string[] = [];
  return {
    nodeName: real.server,
    product,
    identities: identitiesIn(real, product, leftOut),
    trusted: trustIn(real, product, leftOut),
    leftOut,
  };
}

/**
 * A whole cluster from one answer per node. The first CUCM node is taken as the publisher: a snapshot does not say which is.
 *
 * @throws ZodError when one is no such answer, RangeError when no CUCM node is among them
 */
export function clusterFromSnapshots(answers: readonly unknown[]): ClusterSeed {
  const seeds = answers.map(seedFromSnapshot);
  const [publisher, ...subscribers] = seeds.filter(({ product }) => product === 'cucm');
  if (!publisher) throw new RangeError('A cluster needs the snapshot of a CUCM node; there is none.');
  return { publisher, subscribers, imp: seeds.filter(({ product }) => product === 'imp') };
}

function identitiesIn(real: Snapshot, product: Product, leftOut: string[]): ReadonlyMap<SlotName, IdentitySeed> {
  const seeds = new Map<SlotName, IdentitySeed>();
  for (const { service, certificate } of real.identities) {
    const slot = slotsOf(product).find(({ name }) => name === service);
    const seed = slot && certificate ? identitySeed(certificate, real.server, slot.key) : null;
    if (slot && seed) seeds.set(slot.name, seed);
    else leftOut.push(service);
  }
  return seeds;
}

function identitySeed(pem: string, nodeName: string, keyType: KeyKind['type']): IdentitySeed | null {
  const certificate = readOrNull(pem);
  if (!certificate) return null;
  const dnsNames = [...certificate.names].flatMap((name) => (name.startsWith('dns:') ? [name.slice(4)] : []));
  return {
    commonName: certificate.commonName ?? dnsNames[0] ?? nodeName,
    dnsNames,
    key: keyLike(certificate, keyType),
    notAfter: new Date(certificate.parsed.validTo),
  };
}

/** The nearest that the lab makes: it has neither short RSA keys nor P-521. */
function keyLike({ parsed }: Certificate, type: KeyKind['type']): KeyKind {
  const { modulusLength = 0, namedCurve } = parsed.publicKey.asymmetricKeyDetails ?? {};
  if (type === 'ec') return { type, curve: namedCurve === 'prime256v1' ? 'P-256' : 'P-384' };
  if (modulusLength <= 2048) return { type, bits: 2048 };
  return { type, bits: modulusLength <= 3072 ? 3072 : 4096 };
}

function trustIn(real: Snapshot, product: Product, leftOut: string[]): ReadonlyMap<TrustName, readonly string[]> {
  const stores = new Map<TrustName, readonly string[]>();
  for (const { service, certificate_data: entries } of real.trusts) {
    const store = trustStoresOf(product).find((name) => name === service.replace(/-trust$/, ''));
    if (!store) {
      leftOut.push(`${service.replace(/-trust$/, '')}-trust`);
      continue;
    }
    const readable = (entries ?? []).flatMap(({ certificate }) => readOrNull(certificate ?? '')?.pem ?? []);
    if (readable.length < (entries ?? []).length) leftOut.push(`unreadable certificates in ${store}-trust`);
    stores.set(store, readable);
  }
  return stores;
}

function readOrNull(pem: string): Certificate | null {
  try {
    return readCertificate(pem);
  } catch {
    return null;
  }
}
