import { Problem } from './problem.ts';

/** One address, no header fields (RFC 8555 section 7.3). */
const ADDRESS = /^[^@\s,?]+@[^@\s,?.]+(\.[^@\s,?.]+)+$/;

/** @throws Problem unsupportedContact, invalidContact */
export function acceptedContacts(contacts: readonly string[]): readonly string[] {
  for (const contact of contacts) {
    if (!contact.startsWith('mailto:')) throw new Problem('unsupportedContact', `"${contact}" is not a mailto URL`);
    const address = contact.slice('mailto:'.length);
    if (!ADDRESS.test(address)) throw new Problem('invalidContact', `"${address}" is not one mail address`);
  }
  return contacts;
}
