import { readCsr } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import type { CsrCapability, CsrRequest } from '../driver.ts';
import { VosCallError, type VosRest } from './rest.ts';
import type { Snapshot } from './schema.ts';
import { type VosSlot, vosSlot } from './services.ts';

export interface VosCsrOptions {
  readonly rest: VosRest;
  readonly host: string;
  /** Bits of the RSA key. */
  readonly keyLength: number;
}

export function vosCsr({ rest, host, keyLength }: VosCsrOptions): CsrCapability {
  return {
    pending: async (slotId, signal) => await pendingCsr(rest, vosSlot(slotId), signal),
    async create(slotId, request, signal) {
      const slot = vosSlot(slotId);
      const before = await pendingCsr(rest, slot, signal);
      const answered = await create({ rest, host, keyLength }, slot, request, signal).catch(async (error: unknown) => {
        if (!(error instanceof VosCallError) || !error.isUndecided) throw error;
        return await arrivedAllTheSame(rest, slot, before, error, signal);
      });
      return await confirmed(await pendingCsr(rest, slot, signal), answered, host, slot);
    },
  };
}

/** The request that waits in `slot` (PEM), or null. */
export async function pendingCsr(rest: VosRest, slot: VosSlot, signal: AbortSignal): Promise<string | null> {
  const answered = await rest.pendingCsr(slot.service, signal);
  if (answered !== null) return answered;
  return csrIn(await rest.snapshot(signal), slot);
}

function csrIn(snapshot: Snapshot, slot: VosSlot): string | null {
  const csr = snapshot.identities.find((identity) => identity.service === slot.service)?.csr;
  return csr?.includes('-----BEGIN') ? csr : null;
}

function create(options: VosCsrOptions, slot: VosSlot, request: CsrRequest, signal: AbortSignal) {
  const { commonName } = request;
  const body = {
    service: slot.service,
    distribution: 'this-server',
    commonName,
    keyType: 'rsa',
    keyLength: options.keyLength,
    hashAlgorithm: 'sha256',
    // With the common name among them: without altNames a node makes a CSR that has no subjectAltName at all, and a CA
    // that reads names there only (Pebble does) finds none.
    altNames: request.dnsNames,
  } as const;
  return options.rest.createCsr(body, signal);
}

/** The answer got lost: only a request with a key that was not there before can be the one that was asked for. */
async function arrivedAllTheSame(
  rest: VosRest,
  slot: VosSlot,
  before: string | null,
  error: VosCallError,
  signal: AbortSignal,
): Promise<string> {
  const now = await pendingCsr(rest, slot, signal);
  if (now !== null && (before === null || !isSameKey(now, before))) return now;
  throw error;
}

async function confirmed(
  readBack: string | null,
  answered: string | null,
  host: string,
  slot: VosSlot,
): Promise<string> {
  const csr = readBack ?? answered;
  if (csr === null) {
    throw new AppError('APPLIANCE_PROTOCOL', `${host} made a CSR for ${slot.id}, but shows it nowhere.`);
  }
  if (answered !== null && !isSameKey(csr, answered)) {
    throw new AppError('APPLIANCE_CSR_REPLACED', `Somebody replaced the new CSR for ${slot.id} on ${host} at once.`);
  }
  return csr;
}

export function isSameKey(aPem: string, bPem: string): boolean {
  return keyOf(aPem) === keyOf(bPem);
}

/** @throws AppError APPLIANCE_PROTOCOL when the appliance gave something that is no CSR. */
export function keyOf(csrPem: string): string {
  try {
    return readCsr(csrPem).key.spkiSha256;
  } catch (cause) {
    const evidence = { body: csrPem.slice(0, 500) };
    throw new AppError('APPLIANCE_PROTOCOL', 'The appliance shows a CSR that cannot be read.', { cause, evidence });
  }
}
