import { readCsr } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import type { CsrCapability, CsrRequest, SlotId } from '../driver.ts';
import type { VosNode } from './nodes.ts';
import { type CsrBody, VosCallError, type VosRest } from './rest.ts';
import type { Snapshot } from './schema.ts';
import type { VosSlot } from './services.ts';

export interface VosCsrOptions {
  /** Where the request is made: the node itself, or the publisher. */
  readonly node: VosNode;
  readonly slotOf: (id: SlotId) => VosSlot;
  readonly distribution: 'this-server' | 'multi-server';
  /** Bits of the RSA and of the elliptic-curve key. */
  readonly keyLength: { readonly rsa: number; readonly ec: number };
}

/**
 * How a multi-server request and an elliptic-curve key are asked for is not published, so the likely values are tried in
 * turn. Nothing is remembered: a refused request has no effect, and an upgrade may change the answer.
 */
const KEY_TYPES = { rsa: ['rsa'], ec: ['ec', 'ecdsa'] } as const;
const SPELLINGS = { 'this-server': ['this-server'], 'multi-server': ['multi-server', 'multi-server(SAN)'] } as const;

export function vosCsr(options: VosCsrOptions): CsrCapability {
  const { node, slotOf } = options;
  const { rest, name } = node;
  return {
    pending: async (slotId, signal) => await pendingCsr(rest, slotOf(slotId), signal),
    async create(slotId, request, signal) {
      const slot = slotOf(slotId);
      const before = await pendingCsr(rest, slot, signal);
      const answered = await create(options, slot, request, signal).catch(async (error: unknown) => {
        if (!(error instanceof VosCallError) || !error.isUndecided) throw error;
        return await arrivedAllTheSame(rest, slot, before, error, signal);
      });
      return await confirmed(await pendingCsr(rest, slot, signal), answered, name, slot);
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

async function create(
  options: VosCsrOptions,
  slot: VosSlot,
  request: CsrRequest,
  signal: AbortSignal,
): Promise<string | null> {
  const refusals: VosCallError[] = [];
  for (const body of bodiesOf(options, slot, request)) {
    try {
      return await options.node.rest.createCsr(body, signal);
    } catch (error) {
      if (!(error instanceof VosCallError) || error.status !== 400) throw error;
      refusals.push(error);
    }
  }
  // One that does not speak of the spelling says what is really wrong.
  throw refusals.find(({ evidence }) => !/distribution|keyType/i.test(evidence?.body ?? '')) ?? refusals.at(-1);
}

/** Every spelling, the likely one first. */
function bodiesOf(options: VosCsrOptions, slot: VosSlot, request: CsrRequest): readonly CsrBody[] {
  return SPELLINGS[options.distribution].flatMap((distribution) =>
    KEY_TYPES[slot.key].map((keyType) => bodyOf(options, slot, request, { distribution, keyType })),
  );
}

function bodyOf(
  { keyLength }: VosCsrOptions,
  slot: VosSlot,
  request: CsrRequest,
  { distribution, keyType }: Pick<CsrBody, 'distribution' | 'keyType'>,
): CsrBody {
  const bits = keyLength[slot.key];
  return {
    service: slot.service,
    distribution,
    commonName: request.commonName,
    keyType,
    keyLength: bits,
    // The hash has to be as strong as the key.
    hashAlgorithm: slot.key === 'ec' && bits > 256 ? 'sha384' : 'sha256',
    // With the common name among them: without altNames a node makes a CSR that has no subjectAltName at all, and a CA
    // that reads names there only (Pebble does) finds none.
    altNames: request.dnsNames,
  };
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
