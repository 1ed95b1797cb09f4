import { isIP, isIPv6 } from 'node:net';
import pLimit from 'p-limit';
import type { HostAddresses } from '../dns/resolver.ts';
import { type Answer, ask } from './exchange.ts';
import { isPrivateAddress } from './private-address.ts';
import { type AddressSight, isReachable, type SightReason, type TokenSight } from './sight.ts';
import { CHALLENGE_FOLDER, type HttpToken, urlOf } from './solver.ts';

/** Asks for tokens the way a CA does, before a CA does. */
export interface Reach {
  /** At every address of the name. What is wrong is part of the answer; rejects only with the signal's reason. */
  look(token: HttpToken, signal: AbortSignal): Promise<TokenSight>;
}

export interface ReachOptions {
  /** Where port 80 is dialled: another one in a lab, as its CA is told to. */
  readonly httpPort: number;
  /** Where port 443 is dialled. */
  readonly httpsPort: number;
  /** Milliseconds for each request. */
  readonly timeoutMs: number;
  readonly userAgent: string;
  /** Where no CA comes: `isPrivateAddress` unless said otherwise. */
  readonly isPrivate?: (address: string) => boolean;
}

type Resolve = (host: string, signal: AbortSignal) => Promise<HostAddresses>;

/** As many as Let's Encrypt follows: https://letsencrypt.org/docs/challenge-types/#http-01-challenge */
const MOST_REDIRECTS = 10;
/** Requests under way at a time: of a hundred names most are at one server. */
const AT_ONCE = 10;
const REDIRECTS = [301, 302, 303, 307, 308];

export function createReach(resolve: Resolve, options: ReachOptions): Reach {
  const limit = pLimit(AT_ONCE);
  return {
    async look(token, signal) {
      const { aliases, addresses, trouble } = await limit(() => resolve(token.dnsName, signal));
      const sights = await Promise.all(
        addresses.map((address) => limit(() => lookAt(token, address, { resolve, options, signal }))),
      );
      return {
        dnsName: token.dnsName,
        url: urlOf(token),
        aliases,
        addresses: sights,
        trouble,
        reachable: isReachable(sights),
      };
    },
  };
}

interface Way {
  readonly resolve: Resolve;
  readonly options: ReachOptions;
  readonly signal: AbortSignal;
}

async function lookAt(token: HttpToken, address: string, way: Way): Promise<AddressSight> {
  const started = performance.now();
  const redirects: string[] = [];
  const found = await follow(new URL(urlOf(token)), address, token.text, redirects, way);
  return {
    address,
    family: isIPv6(address) ? 'IPv6' : 'IPv4',
    state: stateOf(found.reason, redirects),
    ...found,
    redirects,
    isPrivate: isPrivateAddress(address),
    latencyMs: Math.round(performance.now() - started),
  };
}

/** Without a way from here nothing is learnt of the address itself; of where it leads to, that it leads to nowhere. */
function stateOf(reason: SightReason, redirects: readonly string[]): AddressSight['state'] {
  if (reason === 'seen') return 'seen';
  return reason === 'no-route' && redirects.length === 0 ? 'unknown' : 'failed';
}

interface Finding {
  readonly reason: SightReason;
  readonly detail: string;
}

async function follow(start: URL, address: string, text: string, redirects: string[], way: Way): Promise<Finding> {
  for (let url = start; ; ) {
    const answer = await askAlong(url, start, address, way);
    if ('reason' in answer) return answer;
    if (!REDIRECTS.includes(answer.status)) return compare(answer, text, url.hostname === start.hostname);
    const next = targetOf(answer.location, url);
    if (!(next instanceof URL)) return next;
    if (next.href === start.href || redirects.includes(next.href)) {
      return { reason: 'redirect-loop', detail: `is sent in a circle: back to ${next.href}` };
    }
    redirects.push(next.href);
    if (redirects.length > MOST_REDIRECTS) {
      return { reason: 'too-many-redirects', detail: `is sent on more than ${MOST_REDIRECTS} times` };
    }
    url = next;
  }
}

/** At the address that is looked at as long as the name stays the same; of another name at the first that answers, IPv6 first. */
async function askAlong(url: URL, start: URL, address: string, way: Way): Promise<Answer> {
  const { resolve, options, signal } = way;
  const named = url.port || (url.protocol === 'http:' ? '80' : '443');
  const port = named === '80' ? options.httpPort : options.httpsPort;
  const common = { url, port, userAgent: options.userAgent, timeoutMs: options.timeoutMs };
  if (url.hostname === start.hostname) return ask({ ...common, address }, signal);
  const { addresses, trouble } = await resolve(url.hostname, signal);
  const { isPrivate = isPrivateAddress } = options;
  // From the internet nobody is led into our own network, where only we would get an answer.
  const reachable = isPrivate(address) ? addresses : addresses.filter((one) => !isPrivate(one));
  const why = addresses.length > reachable.length ? 'that has only private addresses, where no CA comes' : trouble;
  let last: Answer = { reason: 'redirect-name', detail: `is sent to ${url.hostname}, but ${why}` };
  for (const next of reachable.toSorted((a, b) => Number(isIPv6(b)) - Number(isIPv6(a)))) {
    last = await ask({ ...common, address: next }, signal);
    if (!('reason' in last)) break;
  }
  return last;
}

/** The rules are those of Let's Encrypt: only http and https, only ports 80 and 443, no addresses in place of names. */
function targetOf(location: string | null, from: URL): URL | Finding {
  const bad = (why: string): Finding => ({ reason: 'bad-redirect', detail: `is sent on, but ${why}` });
  if (location === null) return bad('not said whereto');
  if (!URL.canParse(location, from.href)) return bad(`"${printable(location)}" is no address`);
  const url = new URL(location, from);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return bad(`to ${printable(url.href)}: CAs follow only http and https`);
  if (url.port !== '' && url.port !== '80' && url.port !== '443')
    return bad(`to port ${url.port}: CAs follow only to 80 and 443`);
  if (isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0)
    return bad(`to ${url.hostname}: CAs follow only to names, not to addresses`);
  return url;
}

/** What another host says in place of the text is repeated to nobody: `isOwn` is false after a redirect to one. */
function compare({ status, body }: Extract<Answer, { status: number }>, text: string, isOwn: boolean): Finding {
  const words = isOwn ? `: ${quoted(body)}` : '';
  if (status === 200 && body.trimEnd() === text) return { reason: 'seen', detail: 'has the right text' };
  if (status === 200) return { reason: 'other-text', detail: `answers with other text${words}` };
  if (status === 404) return { reason: 'status', detail: `answers 404: nothing is at ${CHALLENGE_FOLDER}/ there` };
  return { reason: 'status', detail: `answers ${status}${words}` };
}

const LONGEST_QUOTE = 60;

function quoted(body: string): string {
  const text = printable(body.trim().replaceAll(/\s+/g, ' '));
  if (text === '') return 'nothing';
  return `"${text.slice(0, LONGEST_QUOTE)}${text.length > LONGEST_QUOTE ? '…' : ''}"`;
}

/** Anybody may put bytes there that a terminal obeys. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '\ufffd').slice(0, 200);
}
