import { parentOf, requireName } from './names.ts';
import type { Recursive } from './recursive.ts';
import type { CaaRecord } from './resolver.ts';

/** As many as common resolvers follow. */
const MAX_ALIASES = 16;

/**
 * The CAA records that apply to a name: its own, or those of the closest ancestor that has any (RFC 8659, section 3).
 * Aliases of a name are followed, but never climbed.
 *
 * @throws AppError DNS_UNREACHABLE: a CA refuses to issue in that case too.
 */
export async function findCaa(recursive: Recursive, dnsName: string, signal: AbortSignal): Promise<CaaRecord[]> {
  const start = requireName(dnsName.startsWith('*.') ? dnsName.slice(2) : dnsName);
  for (let name = start; name !== ''; name = parentOf(name)) {
    const records = await caaAt(recursive, name, signal);
    if (records.length > 0) return records;
  }
  return [];
}

async function caaAt(recursive: Recursive, name: string, signal: AbortSignal): Promise<CaaRecord[]> {
  let owner = name;
  for (let aliases = 0; aliases <= MAX_ALIASES; aliases += 1) {
    const { answers } = await recursive.ask(owner, 'CAA', signal);
    const found = answers.flatMap((record) => (record.type === 'CAA' ? [record] : []));
    if (found.length > 0)
      return found.map(({ tag, value, critical, name: at }) => ({ tag, value, critical, owner: at }));
    const target = answers.find((record) => record.type === 'CNAME' && record.name === owner);
    if (target?.type !== 'CNAME') return [];
    owner = target.data;
  }
  return [];
}
