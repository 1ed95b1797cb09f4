import { readCsr } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import { ApplianceCallError } from '../_boxes/appliance-call.ts';
import type { CsrCapability, CsrRequest } from '../driver.ts';
import type { CsrBody, ExpresswayRest } from './rest.ts';
import type { ExpresswaySettings } from './settings.ts';
import { slotOf } from './slot.ts';

/** The box keeps one request, and its API discards none: whoever made a pending one has to finish or discard it. */
export function expresswayCsr(rest: ExpresswayRest, settings: ExpresswaySettings, name: string): CsrCapability {
  return {
    keepsOne: true,
    ownNames: [name],
    async pending(slotId, signal) {
      slotOf(slotId);
      return await rest.pendingCsr(signal);
    },
    async create(slotId, request, signal) {
      slotOf(slotId);
      const before = await rest.pendingCsr(signal);
      if (before !== null) throw inTheWay(name, before);
      const made = await rest.createCsr(bodyOf(request, settings), signal).catch(undecided);
      const now = await rest.pendingCsr(signal);
      if (made === false) throw inTheWay(name, now);
      if (now !== null) return now;
      throw made === true ? new AppError('APPLIANCE_PROTOCOL', `${name} made a CSR, but does not show it.`) : made;
    },
  };
}

/** The answer got lost: what is pending then tells. */
function undecided(error: unknown): ApplianceCallError {
  if (error instanceof ApplianceCallError && error.isUndecided) return error;
  throw error;
}

function bodyOf({ dnsNames }: CsrRequest, settings: ExpresswaySettings): CsrBody {
  const { country, province, locality, organization, organizationalUnit, keyLength } = settings;
  return {
    Additional_FQDNS: dnsNames,
    Country: country,
    KeyLength: Number(keyLength),
    DigestAlgorithm: 'sha256',
    Province: province,
    Locality: locality,
    Organization: organization,
    OrganizationalUnit: organizationalUnit,
    Email: '',
  };
}

function inTheWay(name: string, pending: string | null): AppError {
  const what = pending === null ? 'a CSR' : `a CSR for ${namesIn(pending)}`;
  return new AppError(
    'APPLIANCE_REFUSED',
    `${name} keeps one CSR, and ${what} is pending. Let whoever made it finish, or discard it under Maintenance, Security, Server certificate; certferry cannot.`,
  );
}

export function namesIn(csrPem: string): string {
  try {
    return readCsr(csrPem).dnsNames.join(', ') || 'no name';
  } catch {
    return 'names that cannot be read';
  }
}
