import { type CertificateFacts, readCertificate, sha256OfPem } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import type { SlotId, TrustCapability, TrustStoreEntry } from '../driver.ts';
import type { VosNode } from './nodes.ts';
import { VosCallError } from './rest.ts';
import type { Snapshot } from './schema.ts';
import type { VosSlot } from './services.ts';

/** `nodesWith`: those that need the CA of the slot, the publisher first. */
export function vosTrust(
  nodesWith: (slot: VosSlot) => readonly VosNode[],
  slotOf: (id: SlotId) => VosSlot,
): TrustCapability {
  return {
    async ensure(slotId, caPem, signal) {
      const slot = slotOf(slotId);
      const added = new Set<string>();
      // One after the other: what the publisher replicates is then there already.
      for (const node of nodesWith(slot)) {
        for (const sha256 of await ensureOn(node, slot, caPem, signal)) added.add(sha256);
      }
      return [...added];
    },

    async view(slotId, signal) {
      const slot = slotOf(slotId);
      const views = await Promise.all(
        nodesWith(slot).map(async ({ name, rest }) => entriesOf(name, slot, await rest.snapshot(signal))),
      );
      return views.flat();
    },
  };
}

async function ensureOn(
  { rest, name }: VosNode,
  slot: VosSlot,
  caPem: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const held = heldIn(await rest.snapshot(signal), slot);
  const missing = missingFrom(held, caPem);
  if (missing.length === 0) return [];
  refuseCollisions(missing, held, name, slot);
  const refusal = await rest.uploadTrust(slot.trust, missing, signal).then(
    () => null,
    (error: unknown) => refusalOf(error),
  );
  const still = missingFrom(heldIn(await rest.snapshot(signal), slot), missing);
  if (still.length > 0) throw refusal ?? vanished(name, slot, still);
  return missing.map(sha256OfPem);
}

function entriesOf(node: string, slot: VosSlot, snapshot: Snapshot): TrustStoreEntry[] {
  const store = `${slot.trust}-trust`;
  return heldIn(snapshot, slot).map(({ subject, issuer, selfSigned, sha256, notAfter }) => ({
    ...{ node, store, subject, issuer, selfSigned, sha256, notAfter },
  }));
}

/**
 * A store keeps one certificate for each subject, and replaces it only by one that begins later (SOURCES.securityGuide).
 * What the node would refuse, or silently leave out, is said before anything is sent.
 */
function refuseCollisions(
  missingPem: readonly string[],
  held: readonly CertificateFacts[],
  node: string,
  slot: VosSlot,
): void {
  for (const wanted of missingPem.map(readCertificate)) {
    const twin = held.find(({ subject, notBefore }) => subject === wanted.subject && notBefore >= wanted.notBefore);
    if (!twin) continue;
    throw new AppError(
      'APPLIANCE_REFUSED',
      `${node} keeps one certificate for each subject in ${slot.trust}-trust: it holds ${described(twin)}, and so would not take ${described(wanted)}, which does not begin later. Remove the one that it holds, or let the CA give its other chain.`,
    );
  }
}

function described({ subject, issuer, sha256, notBefore, selfSigned }: CertificateFacts): string {
  const by = selfSigned ? 'self-signed' : `issued by "${issuer}"`;
  return `"${subject}" (${by}, from ${notBefore.slice(0, 10)}, SHA-256 ${sha256.slice(0, 16)}…)`;
}

/**
 * A refusal may mean "already there", in words that no public source holds. So it counts only when the certificates
 * are still missing afterwards. Without credentials or rights there is nothing to look up.
 */
function refusalOf(error: unknown): VosCallError {
  const isFinal = !(error instanceof VosCallError) || error.status === 401 || error.status === 403;
  if (isFinal || (error.status === null && !error.isUndecided)) throw error;
  return error;
}

function heldIn(snapshot: Snapshot, slot: VosSlot): CertificateFacts[] {
  return snapshot.trusts
    .filter((store) => store.service === slot.trust || store.service === `${slot.trust}-trust`)
    .flatMap((store) => store.certificate_data ?? [])
    .flatMap((entry) => factsIfReadable(entry.certificate));
}

/** Those of `caPem` that the trust store lacks, each once, issuers before what they issued. */
function missingFrom(held: readonly CertificateFacts[], caPem: readonly string[]): string[] {
  const wanted = withoutTwins(caPem.map(readCertificate));
  const missing = wanted.filter((each) => !held.some((other) => stands(other, each)));
  return rootsFirst(missing).map((each) => each.pem);
}

/**
 * A trust store keeps one certificate for each subject, so of a self-signed and a cross-signed certificate of one CA
 * (same subject, same key) only one can be there: the self-signed one, which needs no other above it.
 */
function withoutTwins(certificates: readonly CertificateFacts[]): CertificateFacts[] {
  const kept = new Map<string, CertificateFacts>();
  for (const each of certificates) {
    const twin = kept.get(twinKey(each));
    if (!twin || (each.selfSigned && !twin.selfSigned)) kept.set(twinKey(each), each);
  }
  return [...kept.values()];
}

/** True when `held` is `wanted`, or a certificate of the same CA that serves as well. */
function stands(held: CertificateFacts, wanted: CertificateFacts): boolean {
  if (held.sha256 === wanted.sha256) return true;
  const isAsGood = (held.selfSigned || !wanted.selfSigned) && held.notAfter >= wanted.notAfter;
  return isAsGood && twinKey(held) === twinKey(wanted);
}

function twinKey({ subject, key }: CertificateFacts): string {
  return `${key.spkiSha256} ${subject}`;
}

function factsIfReadable(pem: string | null | undefined): CertificateFacts[] {
  try {
    return pem ? [readCertificate(pem)] : [];
  } catch {
    return [];
  }
}

function rootsFirst(certificates: readonly CertificateFacts[]): CertificateFacts[] {
  const bySubject = new Map(certificates.map((each) => [each.subject, each]));
  const depth = ({ subject, issuer }: CertificateFacts, seen: readonly string[] = []): number => {
    const parent = bySubject.get(issuer);
    if (!parent || issuer === subject || seen.includes(issuer)) return 0;
    return 1 + depth(parent, [...seen, subject]);
  };
  return certificates.toSorted((a, b) => depth(a) - depth(b));
}

function vanished(node: string, slot: VosSlot, stillPem: readonly string[]): AppError {
  const subjects = stillPem.map((pem) => readCertificate(pem).subject).join('; ');
  return new AppError(
    'APPLIANCE_REFUSED',
    `${node} took the CA certificates for ${slot.trust}-trust, but does not hold them: ${subjects}. It keeps one certificate of each subject.`,
  );
}
