import { type CertificateChain, readCertificate, readCsr, sha256OfPem } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import { sleep } from '../../plugins/clock.ts';
import type { Clock } from '../../plugins/plugin.ts';
import { ApplianceCallError } from '../_boxes/appliance-call.ts';
import type { InstallReceipt } from '../driver.ts';
import type { ExpresswayRest } from './rest.ts';

const READ_BACKS = 3;
const READ_BACK_EVERY_MS = 2000;

interface Box {
  readonly rest: ExpresswayRest;
  readonly name: string;
  readonly clock: Clock;
}

/** See `ApplianceDriver.install`. */
export async function uploadChain(box: Box, chain: CertificateChain, signal: AbortSignal): Promise<InstallReceipt> {
  const { sha256, key } = readCertificate(chain.leafPem);
  if (await holds(box, sha256, signal)) return { changed: false, sha256 };
  await ensureOwnRequest(box, key.spkiSha256, signal);
  const failure = await upload(box, chain, signal);
  if (await appears(box, sha256, failure, signal)) return { changed: true, sha256 };
  throw failure ?? new AppError('APPLIANCE_BUSY', `${box.name} took the certificate, but does not show it yet.`);
}

/** Null: taken. A refused chain is sent again without its intermediates, which the trust list has. */
async function upload({ rest }: Box, chain: CertificateChain, signal: AbortSignal): Promise<AppError | null> {
  const send = (pems: readonly string[]) => rest.uploadServer(pems.join(''), signal).then(() => null, failed);
  const first = await send([chain.leafPem, ...chain.intermediatesPem]);
  if (first === null || first.code !== 'APPLIANCE_REFUSED' || chain.intermediatesPem.length === 0) return judged(first);
  return judged(await send([chain.leafPem]));
}

function failed(error: unknown): ApplianceCallError {
  if (error instanceof ApplianceCallError && (error.isUndecided || error.code === 'APPLIANCE_REFUSED')) return error;
  throw error;
}

function judged(failure: ApplianceCallError | null): AppError | null {
  if (failure === null || failure.code !== 'APPLIANCE_REFUSED') return failure;
  const { message, evidence } = failure;
  const hint = 'Usual causes: the CA is not in the trust list, or the release wants client authentication too.';
  return new AppError('APPLIANCE_REJECTED_CERTIFICATE', `${message} ${hint}`, { evidence, cause: failure });
}

async function ensureOwnRequest({ rest, name }: Box, spkiSha256: string, signal: AbortSignal): Promise<void> {
  const pending = await rest.pendingCsr(signal);
  if (pending !== null && readCsr(pending).key.spkiSha256 === spkiSha256) return;
  const seen = pending === null ? 'no CSR is pending there' : 'the pending CSR has another key';
  throw new AppError('APPLIANCE_CSR_REPLACED', `${name} cannot take this certificate: ${seen}.`);
}

async function appears(box: Box, sha256: string, failure: AppError | null, signal: AbortSignal): Promise<boolean> {
  const looks = failure?.code === 'APPLIANCE_REJECTED_CERTIFICATE' ? 1 : READ_BACKS;
  for (let left = looks; left > 0; left -= 1) {
    const seen = await holds(box, sha256, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      throw failure ?? error;
    });
    if (seen) return true;
    if (left > 1) await sleep(box.clock, READ_BACK_EVERY_MS, signal);
  }
  return false;
}

async function holds({ rest }: Box, sha256: string, signal: AbortSignal): Promise<boolean> {
  const [leaf] = await rest.serverCertificate(signal);
  try {
    return leaf !== undefined && sha256OfPem(leaf) === sha256;
  } catch {
    return false;
  }
}
