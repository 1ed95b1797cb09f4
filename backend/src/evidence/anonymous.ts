import { StandIns } from '../plugins/stand-ins.ts';
import type { EvidenceBundle, Gathered } from './bundle.ts';

/** Words of ours, which name nothing of a site, and hashes that are compared with the audit. */
const OURS = [
  'type',
  'action',
  'code',
  'step',
  'hash',
  'previous',
  'confirms',
  'certferry',
  'what',
  'outcome',
  'to',
  'exchangesKept',
];

/** Hide names from any search, or are names as such; what they say is told beside them. */
const TOLD_BESIDE = ['pem', 'commonName'];

/** The same with stand-ins for what tells where it comes from, the same one for the same thing everywhere. */
export function anonymised({ bundle, hosts, users }: Gathered): EvidenceBundle {
  const texts: string[] = [];
  walk(bundle, (text) => {
    texts.push(text);
    return text;
  });
  const standIns = new StandIns({ hosts, users }, texts);
  const named = bundle.connection.name === null ? null : `connection ${bundle.connection.id}`;
  const replaced = walk(bundle, (text) => standIns.replace(text)) as EvidenceBundle;
  return { ...replaced, anonymous: true, connection: { ...replaced.connection, name: named } };
}

function walk(value: unknown, replace: (text: string) => string, key = ''): unknown {
  if (typeof value === 'string') return OURS.includes(key) || isInstant(value) ? value : replace(value);
  if (Array.isArray(value)) return value.map((one) => walk(one, replace, key));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => !TOLD_BESIDE.includes(name));
  return Object.fromEntries(entries.map(([name, inner]) => [name, walk(inner, replace, name)]));
}

function isInstant(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text);
}
