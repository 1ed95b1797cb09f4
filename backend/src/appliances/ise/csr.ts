import { readCsr } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import type { Clock } from '../../plugins/plugin.ts';
import { ApplianceCallError } from '../_boxes/appliance-call.ts';
import type { CsrCapability, CsrRequest, SlotId } from '../driver.ts';
import type { CsrBody, IseRest } from './rest.ts';
import { type IseSlot, servesPortals, slotOf } from './roles.ts';
import type { PendingCsr } from './schema.ts';
import type { IseSettings } from './settings.ts';

export interface IsePlace {
  readonly rest: IseRest;
  readonly settings: IseSettings;
  readonly clock: Clock;
  /** The name that ISE has for the node of the certificate. */
  hostName(signal: AbortSignal): Promise<string>;
}

/**
 * ISE keeps any number of requests. Ours carry a mark in the organizational unit, which CAs leave out of the certificate: by
 * it they are found again, and no other is ever touched. Its instant keeps the subject unlike that of any certificate.
 */
function markOf({ id }: IseSlot): string {
  return `certferry ${id}`;
}

export function iseCsr(place: IsePlace): CsrCapability {
  return {
    async pending(slotId, signal) {
      const [newest] = await ownCsrs(place, slotOf(slotId), signal);
      return newest ? await place.rest.exportCsr(newest, signal) : null;
    },
    create: (slotId, request, signal) => create(place, slotId, request, signal),
  };
}

/** Those that certferry made for this slot of this node, the newest first. */
export async function ownCsrs(
  { rest, hostName }: IsePlace,
  slot: IseSlot,
  signal: AbortSignal,
): Promise<readonly PendingCsr[]> {
  const own = await hostName(signal);
  const all = await rest.pendingCsrs(signal);
  return all
    .filter((csr) => csr.hostName === own && instantIn(csr, slot) !== null)
    .toSorted((a, b) => (instantIn(b, slot) ?? '').localeCompare(instantIn(a, slot) ?? ''));
}

async function create(place: IsePlace, slotId: SlotId, request: CsrRequest, signal: AbortSignal): Promise<string> {
  const slot = slotOf(slotId);
  const before = await ownCsrs(place, slot, signal);
  const body = await bodyOf(place, slot, request, signal);
  await place.rest.createCsr(body, signal).catch((error: unknown) => afterConflict(error, before, body, place, signal));
  const known = new Set(before.map(({ id }) => id));
  const [made] = (await ownCsrs(place, slot, signal)).filter(({ id }) => !known.has(id));
  if (!made) {
    throw new AppError('APPLIANCE_PROTOCOL', `ISE made a CSR for ${slot.id}, but does not list it.`);
  }
  const pem = await place.rest.exportCsr(made, signal);
  readCsr(pem);
  await forget(before, place, signal);
  return pem;
}

/**
 * 409: a request or a certificate with this subject is there. Our own requests make way, once; what others made stays.
 *
 * @throws AppError APPLIANCE_REFUSED naming what is in the way.
 */
async function afterConflict(
  error: unknown,
  own: readonly PendingCsr[],
  body: CsrBody,
  place: IsePlace,
  signal: AbortSignal,
): Promise<void> {
  if (!(error instanceof ApplianceCallError) || error.status !== 409) throw error;
  if (own.length > 0) {
    await forget(own, place, signal);
    const again = await place.rest.createCsr(body, signal).then(
      () => null,
      (second: unknown) => second,
    );
    if (again === null) return;
    if (!(again instanceof ApplianceCallError) || again.status !== 409) throw again;
  }
  const named = (await place.rest.pendingCsrs(signal)).filter(({ subject }) =>
    hasCommonName(subject, body.subjectCommonName),
  );
  const found = named.map(({ friendlyName, id, hostName }) => `"${friendlyName ?? id}" on ${hostName}`).join(', ');
  throw new AppError(
    'APPLIANCE_REFUSED',
    `ISE makes no second CSR for ${body.subjectCommonName}. ${found ? `In the way is ${found}, which certferry did not make and leaves alone: bind or delete it` : 'Look for a certificate with this subject'} under Administration, System, Certificates.`,
    { cause: error, evidence: error.evidence },
  );
}

async function forget(csrs: readonly PendingCsr[], { rest }: IsePlace, signal: AbortSignal): Promise<void> {
  for (const csr of csrs) {
    await rest.deleteCsr(csr, signal).catch((error: unknown) => {
      // Somebody else was quicker.
      if (!(error instanceof ApplianceCallError) || error.status !== 404) throw error;
    });
  }
}

async function bodyOf(
  { settings, clock, hostName }: IsePlace,
  slot: IseSlot,
  { commonName, dnsNames }: CsrRequest,
  signal: AbortSignal,
): Promise<CsrBody> {
  const { organization, city, state, country, keyLength, portalGroupTag } = settings;
  return {
    hostnames: [await hostName(signal)],
    subjectCommonName: commonName,
    subjectOrgUnit: `${markOf(slot)} ${clock.now().toISOString().replaceAll(/\D/g, '')}`,
    ...(organization ? { subjectOrg: organization } : {}),
    ...(city ? { subjectCity: city } : {}),
    ...(state ? { subjectState: state } : {}),
    ...(country ? { subjectCountry: country } : {}),
    keyType: 'RSA',
    keyLength,
    digestType: 'SHA-256',
    usedFor: slot.usedFor,
    sanDNS: dnsNames,
    allowWildCardCerts: dnsNames.some((name) => name.startsWith('*.')),
    ...(servesPortals(slot) ? { portalGroupTag } : {}),
  };
}

/** Digits of the instant at which we made it; null when it is not ours. */
function instantIn({ subject }: PendingCsr, slot: IseSlot): string | null {
  return new RegExp(`OU ?= ?"?${markOf(slot)} (\\d{14,17})\\b`).exec(subject ?? '')?.[1] ?? null;
}

export function hasCommonName(subject: string | null | undefined, name: string): boolean {
  const found = /(?:^|[,/]\s*)CN ?= ?"?([^,/"]+)/i.exec(subject ?? '')?.[1];
  return found?.trim().toLowerCase() === name.toLowerCase();
}
