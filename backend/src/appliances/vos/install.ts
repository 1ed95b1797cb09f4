import { type CertificateChain, chainPems, readCertificate, sha256OfPem } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import { sleep } from '../../plugins/clock.ts';
import type { Clock } from '../../plugins/plugin.ts';
import type { InstallReceipt } from '../driver.ts';
import { keyOf, pendingCsr } from './csr.ts';
import { VosCallError, type VosRest } from './rest.ts';
import type { Snapshot } from './schema.ts';
import type { VosSlot } from './services.ts';

const READ_BACKS = 3;
const READ_BACK_EVERY_MS = 2000;

export interface VosInstallOptions {
  readonly rest: VosRest;
  readonly host: string;
  readonly clock: Clock;
}

/** See `ApplianceDriver.install`. */
export async function installChain(
  options: VosInstallOptions,
  slot: VosSlot,
  chain: CertificateChain,
  signal: AbortSignal,
): Promise<InstallReceipt> {
  const { rest, host } = options;
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
    failure ?? new AppError('APPLIANCE_BUSY', `${host} took the certificate for ${slot.id}, but does not show it yet.`)
  );
}

/** What the slot holds as PEM; null when it is empty. */
export function identityPem(snapshot: Snapshot, slot: VosSlot): string | null {
  return snapshot.identities.find((identity) => identity.service === slot.service)?.certificate || null;
}

/** An appliance answers 500 to a certificate for an older request, so the key is compared before anything is sent. */
async function ensureOwnRequest(
  { rest, host }: VosInstallOptions,
  slot: VosSlot,
  spkiSha256: string,
  signal: AbortSignal,
): Promise<void> {
  const pending = await pendingCsr(rest, slot, signal);
  if (pending !== null && keyOf(pending) === spkiSha256) return;
  const seen = pending === null ? 'no CSR is pending there' : 'the pending CSR has another key';
  throw new AppError('APPLIANCE_CSR_REPLACED', `${host} cannot take this certificate for ${slot.id}: ${seen}.`);
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
  { rest, clock }: VosInstallOptions,
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

function holdsLeaf(snapshot: Snapshot, slot: VosSlot, sha256: string): boolean {
  const pem = identityPem(snapshot, slot);
  if (pem === null) return false;
  try {
    return sha256OfPem(pem) === sha256;
  } catch {
    return false;
  }
}
