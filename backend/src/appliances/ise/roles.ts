import { AppError } from '../../domain/errors.ts';
import type { SlotId } from '../driver.ts';

/** The flags of `bind`, as the API spells them. */
export const ROLES = ['admin', 'eap', 'radius', 'portal', 'pxgrid', 'ims', 'saml'] as const;
export type Role = (typeof ROLES)[number];

/** One use of a system certificate, or several that share one. */
export interface IseSlot {
  readonly id: SlotId;
  readonly title: string;
  /** What a CSR for it is said to be used for. */
  readonly usedFor: string;
  readonly roles: readonly Role[];
  /** How the list of system certificates says that a certificate has the slot's first role; its words are not published. */
  readonly usedBy: RegExp;
  /** Where a TLS handshake shows it; none: nothing does. */
  readonly ports: readonly number[];
  /** ISE is also a TLS client with it, or refuses a certificate that is for servers only. */
  readonly needsClientAuth: boolean;
}

export const SLOTS: readonly IseSlot[] = [
  slot('ise-admin', 'Admin portal and API', 'ADMIN', ['admin'], /\badmin\b/i, [443]),
  slot('ise-eap', 'EAP authentication', 'EAP-AUTH', ['eap'], /\beap\b/i, []),
  slot('ise-dtls', 'RADIUS DTLS', 'DTLS-AUTH', ['radius'], /\b(radius )?dtls\b|\bradsec\b/i, []),
  slot('ise-portal', 'Guest and other portals', 'PORTAL', ['portal'], /\bportal\b/i, [8443]),
  slot('ise-saml', 'SAML signing', 'SAML', ['saml'], /\bsaml\b/i, []),
  { ...slot('ise-pxgrid', 'pxGrid', 'PXGRID', ['pxgrid'], /\bpxgrid\b/i, [8910]), needsClientAuth: true },
  { ...slot('ise-ims', 'ISE messaging', 'IMS', ['ims'], /\bmessaging\b|\bims\b/i, []), needsClientAuth: true },
  slot(
    'ise-multi-use',
    'Admin, EAP and portals together',
    'MULTI-USE',
    ['admin', 'eap', 'portal'],
    /\badmin\b/i,
    [443, 8443],
  ),
];

function slot(
  id: SlotId,
  title: string,
  usedFor: string,
  roles: readonly Role[],
  usedBy: RegExp,
  ports: readonly number[],
): IseSlot {
  return { id, title, usedFor, roles, usedBy, ports, needsClientAuth: false };
}

/** @throws AppError INVALID_SETTINGS */
export function slotOf(id: SlotId): IseSlot {
  const found = SLOTS.find((each) => each.id === id);
  if (found) return found;
  throw new AppError(
    'INVALID_SETTINGS',
    `There is no slot "${id}"; there are ${SLOTS.map((one) => one.id).join(', ')}.`,
  );
}

/** The application server of the node restarts as soon as it takes a certificate with this role. */
export function restartsNode({ roles }: IseSlot): boolean {
  return roles.includes('admin');
}

export function servesPortals({ roles }: IseSlot): boolean {
  return roles.includes('portal');
}
