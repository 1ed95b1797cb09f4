import { BlockList, isIPv6 } from 'node:net';

/** https://www.iana.org/assignments/iana-ipv4-special-registry and its IPv6 twin, as far as addresses are in use. */
const NOT_PUBLIC = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['fc00::', 7],
  ['fe80::', 10],
] as const;

/** True for addresses that are not routed on the Internet. */
export function isPrivateAddress(address: string): boolean {
  const list = new BlockList();
  for (const [network, bits] of NOT_PUBLIC) list.addSubnet(network, bits, familyOf(network));
  list.addAddress('::1', 'ipv6');
  return list.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
