import { AppError } from '../domain/errors.ts';
import { requireName } from './names.ts';
import { addressesIn, type Recursive } from './recursive.ts';
import type { HostAddresses } from './resolver.ts';

/** As many as common resolvers follow. */
const MAX_ALIASES = 16;

interface FamilyAnswer {
  readonly aliases: readonly string[];
  readonly addresses: readonly string[];
  /** Why there are none. */
  readonly trouble: string | null;
}

/** A and AAAA of a host, through CNAMEs. What is wrong is part of the answer; rejects only with the signal's reason. */
export async function findAddresses(recursive: Recursive, host: string, signal: AbortSignal): Promise<HostAddresses> {
  const [four, six] = await Promise.all([
    addressesOfType(recursive, host, 'A', signal),
    addressesOfType(recursive, host, 'AAAA', signal),
  ]);
  const addresses = [...four.addresses, ...six.addresses];
  const { aliases } = four.aliases.length >= six.aliases.length ? four : six;
  // CAs use the addresses that they find, and complain only when there are none.
  return { aliases, addresses, trouble: addresses.length > 0 ? null : (four.trouble ?? six.trouble) };
}

async function addressesOfType(
  recursive: Recursive,
  start: string,
  type: 'A' | 'AAAA',
  signal: AbortSignal,
): Promise<FamilyAnswer> {
  const aliases: string[] = [];
  const none = (trouble: string): FamilyAnswer => ({ aliases, addresses: [], trouble });
  try {
    for (let name = requireName(start); aliases.length <= MAX_ALIASES; ) {
      const { answers, rcode } = await recursive.ask(name, type, signal);
      const chain = answers.flatMap((record) => (record.type === 'CNAME' ? [record.data] : []));
      aliases.push(...chain);
      const addresses = addressesIn(answers.filter((record) => record.type === type));
      if (addresses.length > 0) return { aliases, addresses: [...new Set(addresses)], trouble: null };
      const target = chain.at(-1);
      if (target === undefined) return none(nothingAt(name, aliases, rcode));
      name = target;
    }
    return none(`${start} leads nowhere: its aliases (CNAME) do not end`);
  } catch (err) {
    signal.throwIfAborted();
    if (!(err instanceof AppError)) throw err;
    return none(err.message.replace(/\.$/, ''));
  }
}

function nothingAt(name: string, aliases: readonly string[], rcode: string): string {
  const who = aliases.length === 0 ? 'the name' : `${name}, to which the name leads by CNAME,`;
  return rcode === 'NXDOMAIN' ? `${who} does not exist in DNS` : `${who} has neither an A nor an AAAA record`;
}
