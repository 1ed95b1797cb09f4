import { isIP } from 'node:net';
import type { Finding } from '../../domain/finding.ts';
import { ok, refused, skipped, type Topic, warned } from '../findings.ts';
import { SOURCES } from './sources.ts';

/** Rules of the product for the names of a certificate. `nodes`: what the nodes call themselves, as far as they said. */
export function nameFindings(dnsNames: readonly string[], nodes: readonly string[]): Finding[] {
  const wildcards = dnsNames.filter((name) => name.startsWith('*.'));
  const addresses = dnsNames.filter((name) => isIP(name) !== 0);
  return [
    namesFinding('appliance.names.wildcard', 'No wildcards', wildcards, 'The product does not support wildcard names'),
    namesFinding('appliance.names.address', 'No IP addresses', addresses, 'The product takes no IP addresses as names'),
    nodeNameFinding(dnsNames, nodes),
  ];
}

function namesFinding(id: string, title: string, offenders: readonly string[], rule: string): Finding {
  const topic = { id, title, reference: SOURCES.securityGuide };
  if (offenders.length === 0) return ok(topic, 'None.');
  return refused(topic, `${rule}: ${offenders.join(', ')}.`, 'Name each host by its own full name.');
}

function nodeNameFinding(dnsNames: readonly string[], nodes: readonly string[]): Finding {
  const topic: Topic = { id: 'appliance.names.node', title: 'Name of the node' };
  if (nodes.length === 0) return skipped(topic, 'The appliance could not be asked.');
  const wanted = new Set(dnsNames.map((name) => name.toLowerCase()));
  const missing = nodes.map((name) => name.toLowerCase()).filter((name) => !wanted.has(name));
  if (missing.length === 0) return ok(topic, `${nodes.join(', ')} ${nodes.length > 1 ? 'are' : 'is'} among the names.`);
  const who = missing.length > 1 ? 'Nodes call themselves' : 'The node calls itself';
  return warned(
    topic,
    `${who} ${missing.join(', ')}, which ${missing.length > 1 ? 'are' : 'is'} not among the names.`,
    'Add it, unless nobody reaches the node under that name: other nodes and phones do by default.',
  );
}
