import { describe, expect, test } from 'vitest';
import { restartsOn } from './plan.ts';
import type { Release } from './release.ts';
import { type NodeKind, SLOTS, vosSlot } from './services.ts';

const SU = (su: number): Release => ({ major: 14, su });
const PLAIN = { sso: false, intercluster: false };

interface Case {
  readonly slot: string;
  readonly kind: NodeKind;
  readonly publisher?: boolean;
  readonly release: Release | null;
  readonly options?: { readonly sso: boolean; readonly intercluster: boolean };
  readonly restarts: readonly string[];
}

const WEB = ['Cisco Tomcat', 'Cisco UDS Tomcat', 'Cisco AXL Tomcat', 'Cisco Tftp'];
const INTERCLUSTER = [
  'Cisco Intercluster Lookup Service',
  'Cisco Location Bandwidth Manager',
  'Cisco Extension Mobility',
];
const BACKUPS = ['Cisco DRF Master', 'Cisco DRF Local'];

const CASES: readonly Case[] = [
  { slot: 'tomcat', kind: 'cucm', publisher: true, release: SU(2), restarts: WEB },
  { slot: 'tomcat', kind: 'cucm', publisher: true, release: SU(1), restarts: [...WEB, ...BACKUPS] },
  { slot: 'tomcat', kind: 'cucm', publisher: true, release: null, restarts: [...WEB, ...BACKUPS] },
  { slot: 'tomcat', kind: 'cucm', release: SU(1), restarts: [...WEB, 'Cisco DRF Local'] },
  {
    slot: 'tomcat',
    kind: 'cucm',
    release: SU(3),
    options: { sso: true, intercluster: true },
    restarts: ['Cisco Tomcat', 'Cisco SSOSP Tomcat', ...WEB.slice(1), ...INTERCLUSTER],
  },
  { slot: 'tomcat', kind: 'imp', release: SU(3), restarts: ['Cisco Tomcat'] },
  { slot: 'tomcat', kind: 'unity', release: SU(3), restarts: ['Cisco Tomcat', 'Connection Conversation Manager'] },
  { slot: 'tomcat', kind: 'cer', publisher: true, release: SU(3), restarts: ['Cisco Tomcat'] },
  { slot: 'tomcat-ECDSA', kind: 'cucm', publisher: true, release: SU(3), restarts: [...WEB, ...BACKUPS] },
  {
    slot: 'CallManager',
    kind: 'cucm',
    release: SU(0),
    restarts: ['Cisco CallManager', 'Cisco CTIManager', 'Cisco HAProxy'],
  },
  { slot: 'CallManager', kind: 'cucm', release: SU(1), restarts: ['Cisco HAProxy'] },
  { slot: 'CallManager', kind: 'imp', release: SU(1), restarts: [] },
  { slot: 'CallManager-ECDSA', kind: 'cucm', release: SU(1), restarts: ['Cisco CallManager', 'Cisco HAProxy'] },
  { slot: 'ipsec', kind: 'cucm', publisher: true, release: SU(3), restarts: BACKUPS },
  { slot: 'ipsec', kind: 'imp', release: SU(3), restarts: ['Cisco DRF Local'] },
  { slot: 'cup', kind: 'imp', release: SU(3), restarts: ['Cisco SIP Proxy', 'Cisco Presence Engine'] },
  { slot: 'cup-ECDSA', kind: 'imp', release: SU(3), restarts: ['Cisco SIP Proxy', 'Cisco Presence Engine'] },
  { slot: 'cup-xmpp', kind: 'imp', release: SU(3), restarts: ['Cisco XCP Router'] },
  {
    slot: 'cup-xmpp-s2s',
    kind: 'imp',
    release: SU(3),
    restarts: ['Cisco XCP XMPP Federation Connection Manager'],
  },
];

test.each(CASES)('$slot on $kind, publisher $publisher, release $release.su, restarts $restarts', (row) => {
  const { slot, kind, publisher = false, release, options = PLAIN, restarts } = row;

  const planned = restartsOn({ kind, isPublisher: publisher }, vosSlot(slot), { release, services: null }, options);

  expect(planned.map(({ service }) => service)).toEqual(restarts);
});

test('what is not on the node, or not switched on there, is not restarted', () => {
  const services = new Set(['Cisco Tomcat', 'Cisco AXL Tomcat']);

  const planned = restartsOn(
    { kind: 'cucm', isPublisher: true },
    vosSlot('tomcat'),
    { release: null, services },
    PLAIN,
  );

  expect(planned.map(({ service }) => service)).toEqual(['Cisco Tomcat', 'Cisco AXL Tomcat']);
});

describe('every slot', () => {
  test.each(SLOTS)('$id is fit to be used', (slot) => {
    expect(slot.key).toBe(slot.id.endsWith('-ECDSA') ? 'ec' : 'rsa');
    expect(slot.source).toMatch(/^https:\/\//);
    expect(
      slot.restarts.every(({ source, expectedSeconds }) => /^https?:\/\//.test(source) && expectedSeconds > 0),
    ).toBe(true);
    expect(slot.restarts.filter(({ service, by }) => service === 'Cisco Tomcat' && by !== 'cli')).toEqual([]);
    expect(slot.ports.length === 0 || slot.restarts.some(({ serves }) => serves)).toBe(true);
  });

  test.each([
    ['CallManager', 'CallManager'],
    ['tomcat-ECDSA', 'tomcat'],
    ['cup-xmpp-s2s', 'cup-xmpp'],
    ['cup-xmpp-s2s-ECDSA', 'cup-xmpp'],
  ])('%s trusts by %s-trust', (id, store) => {
    expect(vosSlot(id).trust).toBe(store);
  });

  test('that phones notice says so, and no other', () => {
    const noticed = SLOTS.filter(({ resetsPhones }) => resetsPhones).map(({ id }) => id);

    expect(noticed).toEqual(['CallManager', 'CallManager-ECDSA']);
  });
});
