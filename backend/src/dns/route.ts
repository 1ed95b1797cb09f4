import { isIPv6 } from 'node:net';
import type { networkInterfaces } from 'node:os';
import type { DnsTransportError } from './transport-error.ts';

/**
 * True when nothing can be learnt about the server from here, because this host has no way to its address.
 *
 * "Host unreachable" is the usual word for a missing way in IPv6; in IPv4 it is a server that is switched off.
 * A host that has only unique local IPv6 addresses sends packets for the Internet to nowhere: it looks like a timeout.
 */
export function hasNoRoute(
  err: DnsTransportError,
  address: string,
  interfaces: ReturnType<typeof networkInterfaces>,
): boolean {
  if (err.kind === 'no-route') return true;
  if (err.kind === 'host') return isIPv6(address);
  return err.kind === 'timeout' && isGlobalIpv6(address) && !hasGlobalIpv6(interfaces);
}

function hasGlobalIpv6(interfaces: ReturnType<typeof networkInterfaces>): boolean {
  const addresses = Object.values(interfaces).flatMap((list) => list ?? []);
  return addresses.some(({ address, internal }) => !internal && isGlobalIpv6(address));
}

/** 2000::/3, all that is routed on the Internet: https://www.iana.org/assignments/ipv6-address-space */
function isGlobalIpv6(address: string): boolean {
  return /^[23][0-9a-f]{3}:/i.test(address);
}
