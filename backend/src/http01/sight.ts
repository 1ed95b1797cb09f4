/** What came of asking for one token the way a CA does. Plain JSON: stored as a fact and shown as a table. */
export interface TokenSight {
  readonly dnsName: string;
  readonly url: string;
  /** The names passed by CNAME, in order. */
  readonly aliases: readonly string[];
  readonly addresses: readonly AddressSight[];
  /** Why the name has no address; null when it has one. */
  readonly trouble: string | null;
  /** Nothing that was seen speaks against asking the CA. */
  readonly reachable: boolean;
}

export interface AddressSight {
  readonly address: string;
  readonly family: 'IPv4' | 'IPv6';
  /** `unknown`: this host has no way to the address, so nothing was learnt. */
  readonly state: 'seen' | 'failed' | 'unknown';
  readonly reason: SightReason;
  /** In words: `refused the connection at port 80`. */
  readonly detail: string;
  /** Where it was sent on to, in order. */
  readonly redirects: readonly string[];
  /** Of a network that is not routed on the Internet. */
  readonly isPrivate: boolean;
  readonly latencyMs: number;
}

export type SightReason =
  | 'seen'
  | 'refused'
  | 'timeout'
  | 'no-route'
  | 'reset'
  | 'not-http'
  | 'tls'
  | 'status'
  | 'other-text'
  | 'redirect-loop'
  | 'too-many-redirects'
  | 'bad-redirect'
  | 'redirect-name';

/** Where nobody answers, CAs ask at the next address of the name: https://letsencrypt.org/docs/ipv6-support/ */
const NOBODY_THERE: readonly SightReason[] = ['refused', 'timeout', 'reset', 'no-route'];

/**
 * True when every address has the right text. An IPv6 address where nobody answers is passed over when IPv4 works, as CAs
 * do, and so is one to which this host has no way.
 */
export function isReachable(addresses: readonly AddressSight[]): boolean {
  const seen = addresses.filter(({ state }) => state === 'seen');
  return seen.length > 0 && addresses.every((one) => one.state === 'seen' || isPassedOver(one, addresses));
}

function isPassedOver({ family, state, reason }: AddressSight, addresses: readonly AddressSight[]): boolean {
  const hasIpv4 = addresses.some((one) => one.family === 'IPv4' && one.state === 'seen');
  return family === 'IPv6' && hasIpv4 && (state === 'unknown' || NOBODY_THERE.includes(reason));
}

/** What is wrong, or should be known, of a name: a sentence for each address that has something. */
export function sentencesOf({ dnsName, addresses, trouble }: TokenSight): readonly string[] {
  if (trouble !== null) return [`${dnsName}: ${trouble}, so a CA finds no address to ask at.`];
  return addresses.flatMap((one) => sentenceOf(dnsName, one, addresses));
}

function sentenceOf(dnsName: string, sight: AddressSight, addresses: readonly AddressSight[]): readonly string[] {
  const { address, family, state, detail, isPrivate, redirects } = sight;
  const who = family === 'IPv6' ? `[${address}]` : address;
  const route = redirects.length > 0 ? ` (sent on to ${redirects.at(-1)})` : '';
  const inside = isPrivate ? ' It is a private address, which only a CA of your own network can reach.' : '';
  if (state === 'seen') return isPrivate ? [`${dnsName} at ${who} has the right text.${inside}`] : [];
  const sentence = `${dnsName} at ${who}${route} ${detail}.${inside}`;
  const worksElsewhere = family === 'IPv6' && addresses.some((one) => one.family === 'IPv4' && one.state === 'seen');
  if (!worksElsewhere || state === 'unknown') return [sentence];
  return [`${sentence} IPv4 works, but CAs ask at IPv6 first: repair it, or remove the AAAA record.`];
}
