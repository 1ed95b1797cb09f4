import { networkInterfaces } from 'node:os';
import type { Request } from 'express';

/**
 * Whether a request comes from the machine that the daemon runs on. A proxy that is not trusted speaks for somebody who is
 * not known, so what it brings does not.
 */
export function isOfThisMachine(req: Pick<Request, 'ip' | 'ips' | 'get'>): boolean {
  const forwarded = req.get('x-forwarded-for') !== undefined || req.get('forwarded') !== undefined;
  if (forwarded && req.ips.length === 0) return false;
  const address = (req.ip ?? '').replace(/^::ffff:/i, '');
  return /^127\.|^::1$/.test(address) || ownAddresses().includes(address);
}

function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? []);
}
