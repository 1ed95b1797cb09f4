/** What binds an ACME account to a customer account, as the form keeps it. */
export interface ExternalAccount {
  readonly eabKid: string;
  readonly eabHmac: string;
}

const VALUE = String.raw`["']?\s*[:=\s]\s*["']?([A-Za-z0-9+/_-]{6,}={0,2})`;
const KID = new RegExp(
  String.raw`(?:\bkey[ _-]?id(?:entifier)?|\b(?:eab[ _-]?)?kid|account(?:/acme)? key)${VALUE}`,
  'i',
);
const HMAC = new RegExp(`(?:b64mackey|(?:eab[ _-]?)?hmac(?:[ _-]?key)?|mac[ _-]?key)${VALUE}`, 'i');

/**
 * Key identifier and HMAC key in whatever a CA shows: labelled lines, JSON, or the output of a command. Of two words
 * without labels the longer one is the key. Null when they are not both there.
 */
export function externalAccountIn(text: string): ExternalAccount | null {
  const kid = KID.exec(text)?.[1];
  const hmac = HMAC.exec(text)?.[1];
  if (kid !== undefined && hmac !== undefined) return { eabKid: kid, eabHmac: hmac };
  const words = text.split(/[\s,;]+/).filter((word) => /^[A-Za-z0-9+/_-]{6,}={0,2}$/.test(word));
  const [first, second, ...more] = words;
  if (first === undefined || second === undefined || more.length > 0) return null;
  return first.length > second.length ? { eabKid: second, eabHmac: first } : { eabKid: first, eabHmac: second };
}
