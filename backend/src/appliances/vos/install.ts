import { type CertificateChain, chainPems, readCertificate, sha256OfPem } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import { sleep } from '../../plugins/clock.ts';
import type { Clock } from '../../plugins/plugin.ts';
import type { InstallReceipt } from '../driver.ts';
import { keyOf, pendingCsr } from './csr.ts';
import type { VosNode } from './nodes.ts';
import { VosCallError } from './rest.ts';
import type { Snapshot } from './schema.ts';
import type { VosSlot } from './services.ts';

const READ_BACKS = 3;
const READ_BACK_EVERY_MS = 2000;
/** The publisher distributes a multi-server certificate after it has answered. No source says how long that takes. */
const DISTRIBUTION_READ_BACKS = 10;

export interface VosInstallOptions {
  /** Where the certificate is handed over. */
  readonly node: VosNode;
  /** Those that get it from there. */
  readonly others: readonly VosNode[];
  readonly clock: Clock;
}

/** See `ApplianceDriver.install`. A multi-server certificate is handed to the publisher and read back on every node. */
export async function installChain(
  options: VosInstallOptions,
  slot: VosSlot,
  chain: CertificateChain,
  signal: AbortSignal,
): Promise<InstallReceipt> {
  const receipt = await installOnFirst(options, slot, chain, signal);
  await arriveEverywhere(options, slot, receipt.sha256, signal);
  return receipt;
}

async function installOnFirst(
  options: VosInstallOptions,
  slot: VosSlot,
  chain: CertificateChain,
  signal: AbortSignal,
): Promise<InstallReceipt> {
  const { rest, name } = options.node;
  const leaf = readCertificate(chain.leafPem);
  if (holdsLeaf(await rest.snapshot(signal), slot, leaf.sha256)) return { changed: false, sha256: leaf.sha256 };
  await ensureOwnRequest(options, slot, leaf.key.spkiSha256, signal);
  const failure = await rest.uploadIdentity(slot.service, chainPems(chain), signal).then(
    () => null,
    (error: unknown) => undecided(error),
  );
  if (await appears(options, slot, leaf.sha256, failure, signal)) return { changed: true, sha256: leaf.sha256 };
  if (failure?.status === 500) await ensureOwnRequest(options, slot, leaf.key.spkiSha256, signal);
  throw (
    failure ?? new AppError('APPLIANCE_BUSY', `${name} took the certificate for ${slot.id}, but does not show it yet.`)
  );
}

/** What the slot holds as PEM; null when it is empty. */
export function identityPem(snapshot: Snapshot, slot: VosSlot): string | null {
  return snapshot.identities.find((identity) => identity.service === slot.service)?.certificate || null;
}

/** An appliance answers 500 to a certificate for an older request, so the key is compared before anything is sent. */
async function ensureOwnRequest(
  { node: { rest, name } }: VosInstallOptions,
  slot: VosSlot,
  spkiSha256: string,
  signal: AbortSignal,
): Promise<void> {
  const pending = await pendingCsr(rest, slot, signal);
  if (pending !== null && keyOf(pending) === spkiSha256) return;
  const seen = pending === null ? 'no CSR is pending there' : 'the pending CSR has another key';
  throw new AppError('APPLIANCE_CSR_REPLACED', `${name} cannot take this certificate for ${slot.id}: ${seen}.`);
}

/** Passes on what can only be looked up; a plain refusal is thrown. */
function undecided(error: unknown): VosCallError {
  if (!(error instanceof VosCallError)) throw error;
  if (error.isUndecided) return error;
  if (error.code !== 'APPLIANCE_REFUSED') throw error;
  throw new AppError('APPLIANCE_REJECTED_CERTIFICATE', error.message, { evidence: error.evidence, cause: error });
}

/** Reads back; a few times unless the appliance said no, because an upload may still be under way. */
async function appears(
  { node: { rest }, clock }: VosInstallOptions,
  slot: VosSlot,
  sha256: string,
  failure: VosCallError | null,
  signal: AbortSignal,
): Promise<boolean> {
  const looks = failure === null || failure.status === null ? READ_BACKS : 1;
  for (let left = looks; left > 0; left -= 1) {
    const snapshot = await rest.snapshot(signal).catch((error: unknown) => {
      signal.throwIfAborted();
      throw failure ?? error;
    });
    if (holdsLeaf(snapshot, slot, sha256)) return true;
    if (left > 1) await sleep(clock, READ_BACK_EVERY_MS, signal);
  }
  return false;
}

/** @throws AppError APPLIANCE_BUSY naming the nodes that did not get it; what each node answers otherwise. */
async function arriveEverywhere(
  { node, others, clock }: VosInstallOptions,
  slot: VosSlot,
  sha256: string,
  signal: AbortSignal,
): Promise<void> {
  let lacking = others;
  for (let left = DISTRIBUTION_READ_BACKS; lacking.length > 0 && left > 0; left -= 1) {
    if (left < DISTRIBUTION_READ_BACKS) await sleep(clock, READ_BACK_EVERY_MS, signal);
    lacking = await thoseWithout(lacking, slot, sha256, signal);
  }
  if (lacking.length === 0) return;
  const names = lacking.map(({ name }) => name).join(', ');
  throw new AppError(
    'APPLIANCE_BUSY',
    `${node.name} has the new certificate for ${slot.id}, but did not distribute it to ${names}.`,
  );
}

async function thoseWithout(
  nodes: readonly VosNode[],
  slot: VosSlot,
  sha256: string,
  signal: AbortSignal,
): Promise<readonly VosNode[]> {
  const looks = await Promise.all(
    nodes.map(async (node) => ({ node, holds: holdsLeaf(await node.rest.snapshot(signal), slot, sha256) })),
  );
  return looks.filter(({ holds }) => !holds).map(({ node }) => node);
}

function holdsLeaf(snapshot: Snapshot, slot: VosSlot, sha256: string): boolean {
  const pem = identityPem(snapshot, slot);
  if (pem === null) return false;
  try {
    return sha256OfPem(pem) === sha256;
  } catch {
    return false;
  }
}
