import { CAA_IDENTITY } from './authorizations.ts';
import type { Profile } from './profiles.ts';
import type { Urls } from './urls.ts';
import { randomId } from './urls.ts';

/** The directory object (RFC 8555 section 7.1.1, with RFC 9773 and draft-ietf-acme-profiles). */
export function directoryBody(
  urls: Urls,
  profiles: readonly Profile[],
  externalAccountRequired: boolean,
): Readonly<Record<string, unknown>> {
  return {
    newNonce: urls.of('newNonce'),
    newAccount: urls.of('newAccount'),
    newOrder: urls.of('newOrder'),
    revokeCert: urls.of('revokeCert'),
    keyChange: urls.of('keyChange'),
    renewalInfo: urls.of('renewalInfo'),
    // Members that no client knows must not disturb it.
    [randomId()]: 'https://lab-ca.invalid/an-unknown-member',
    meta: {
      termsOfService: 'https://lab-ca.invalid/do-not-trust',
      website: 'https://lab-ca.invalid',
      caaIdentities: [CAA_IDENTITY],
      profiles: Object.fromEntries(profiles.map(({ name, description }) => [name, description])),
      ...(externalAccountRequired ? { externalAccountRequired } : {}),
    },
  };
}
