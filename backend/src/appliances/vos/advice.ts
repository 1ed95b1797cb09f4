import type { Advice } from '../driver.ts';
import type { VosSlot } from './services.ts';
import { SOURCES } from './sources.ts';

const BACKUP: Advice = {
  text: 'Take a disaster recovery backup afterwards: an older one holds the old certificate.',
  reference: SOURCES.uploadGuide,
};
const SINGLE_SIGN_ON: Advice = {
  text: 'With SAML SSO, give the identity provider the new metadata of the service provider if it uses this certificate.',
  reference: SOURCES.securityGuide,
};
const MOBILE_ACCESS: Advice = {
  text: 'With MRA, Expressway-C must trust the CA of the new certificate.',
  reference: SOURCES.uploadGuide,
};
const PHONES: Advice = {
  text: 'Phones reset. Never change CallManager, TVS and ITLRecovery together: phones would trust none of them.',
  reference: SOURCES.regeneration,
};

/** What no restart does. */
export function adviceFor(slot: VosSlot, { sso }: { readonly sso: boolean }): readonly Advice[] {
  const isTomcat = slot.trust === 'tomcat';
  return [
    ...(slot.resetsPhones ? [PHONES] : []),
    ...(isTomcat && sso ? [SINGLE_SIGN_ON] : []),
    ...(isTomcat || slot.trust === 'CallManager' ? [MOBILE_ACCESS] : []),
    BACKUP,
  ];
}
