import type { Preset } from '../../plugins/plugin.ts';
import { SOURCES } from './sources.ts';

const ASK = [
  'host',
  'user',
  'password',
  'trust',
  'caBundle',
  'pinnedSha256',
  'sshHostKeys',
  'distribution',
  'nodes',
] as const;

/** The products with this operating system, by the names on their boxes. */
export const PRODUCTS: readonly Preset[] = [
  {
    id: 'cucm',
    title: 'Cisco CUCM',
    summary: 'Unified Communications Manager: one node, or a whole cluster.',
    settings: { product: 'cucm' },
    ask: ASK,
    source: SOURCES.product,
  },
  {
    id: 'imp',
    title: 'Cisco IM and Presence',
    summary: 'IM and Presence Service.',
    settings: { product: 'imp' },
    ask: ASK,
    source: SOURCES.product,
  },
  {
    id: 'cuc',
    title: 'Cisco Unity Connection',
    summary: 'Voice mail.',
    settings: { product: 'cuc' },
    ask: ASK,
    source: SOURCES.product,
  },
  {
    id: 'cer',
    title: 'Cisco Emergency Responder',
    summary: 'Emergency calls.',
    settings: { product: 'cer' },
    ask: ASK,
    source: SOURCES.product,
  },
];
