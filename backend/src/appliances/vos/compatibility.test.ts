import { describe, expect, test } from 'vitest';
import type { CsrFacts } from '../../domain/certificate.ts';
import type { IssuerTraits } from '../../domain/issuer-traits.ts';
import { compatibilityOf } from './compatibility.ts';
import { vosSlot } from './services.ts';
import { SOURCES } from './sources.ts';

const SERVER = '1.3.6.1.5.5.7.3.1';
const CLIENT = '1.3.6.1.5.5.7.3.2';
const IPSEC = '1.3.6.1.5.5.7.3.5';
const NAME = 'cucm.example.com';

const fits: CsrFacts = {
  pem: '',
  subject: `CN=${NAME}`,
  commonName: NAME,
  dnsNames: [NAME],
  otherNames: [],
  key: { kind: 'RSA 2048', spkiSha256: '' },
  extendedKeyUsage: [SERVER],
};
const good: IssuerTraits = {
  profile: 'classic',
  hasCommonName: true,
  signsClientAuth: true,
  refusesClientAuthRequest: false,
  isPublic: true,
  maxDays: 90,
  announced: [],
};

interface Case {
  readonly what: string;
  readonly slot?: string;
  readonly csr?: Partial<CsrFacts>;
  readonly issuer?: Partial<IssuerTraits>;
  readonly wanted?: readonly string[];
  readonly id: string;
  readonly outcome: 'ok' | 'warn' | 'block' | 'skipped';
  readonly words?: string;
  readonly reference: string;
}

const key = (kind: string) => ({ key: { kind, spkiSha256: '' } });
const names = (...dnsNames: string[]) => ({ dnsNames });

const NAMES = { id: 'compatibility.names', reference: SOURCES.dnsNames } as const;
const PARENT = { id: 'compatibility.parent-domain', reference: SOURCES.securityGuide } as const;
const MS = { id: 'compatibility.ms-name', reference: SOURCES.securityGuide } as const;
const WILDCARD = { id: 'compatibility.wildcard', reference: SOURCES.securityGuide } as const;
const KEY = { id: 'compatibility.key', reference: SOURCES.securityGuide } as const;
const USAGE = { id: 'compatibility.client-auth', reference: SOURCES.clientAuth } as const;
const CN = { id: 'compatibility.common-name', reference: SOURCES.profiles } as const;
const VALIDITY = { id: 'compatibility.validity', reference: SOURCES.validity } as const;

const CASES: readonly Case[] = [
  { what: 'public names', ...NAMES, outcome: 'ok' },
  {
    what: 'an address',
    csr: { otherNames: ['ip:10.0.0.1'] },
    ...NAMES,
    reference: SOURCES.dns01,
    outcome: 'block',
    words: 'ip:10.0.0.1',
  },
  {
    what: 'an internal name',
    csr: names(NAME, 'cucm.corp.internal'),
    ...NAMES,
    outcome: 'warn',
    words: 'cucm.corp.internal',
  },
  { what: 'a short name', csr: names(NAME, 'cucm'), ...NAMES, outcome: 'warn', words: 'cucm (' },
  { what: 'no parent domain', ...PARENT, outcome: 'ok' },
  { what: 'a parent domain', csr: names(NAME, 'example.com'), ...PARENT, outcome: 'warn', words: 'example.com' },
  {
    what: 'a parent domain that is wanted',
    csr: names(NAME, 'example.com'),
    wanted: ['EXAMPLE.com'],
    ...PARENT,
    outcome: 'ok',
  },
  { what: 'a name of its own', ...MS, outcome: 'ok' },
  {
    what: 'an -ms name',
    csr: { commonName: 'cucm-ms.example.com' },
    ...MS,
    outcome: 'warn',
    words: 'cucm-ms.example.com',
  },
  { what: 'an -EC-ms name', csr: { commonName: 'cucm-EC-ms.example.com' }, ...MS, outcome: 'warn' },
  {
    what: 'an -ms name that is wanted',
    csr: { commonName: 'cucm-ms.example.com' },
    wanted: ['cucm-ms.example.com'],
    ...MS,
    outcome: 'ok',
  },
  { what: 'no wildcard', ...WILDCARD, outcome: 'ok' },
  { what: 'a wildcard', csr: names('*.example.com'), ...WILDCARD, outcome: 'block', words: '*.example.com' },
  { what: 'RSA 2048', ...KEY, outcome: 'ok' },
  { what: 'RSA 4096 for tomcat', csr: key('RSA 4096'), ...KEY, outcome: 'ok' },
  {
    what: 'RSA 4096 for CallManager',
    slot: 'CallManager',
    csr: key('RSA 4096'),
    ...KEY,
    outcome: 'warn',
    words: 'phones',
  },
  { what: 'RSA 8192', csr: key('RSA 8192'), ...KEY, outcome: 'block', words: '4096' },
  { what: 'RSA 1024', csr: key('RSA 1024'), ...KEY, outcome: 'block', words: '2048' },
  { what: 'EC where RSA is needed', csr: key('EC P-256'), ...KEY, outcome: 'block', words: 'RSA' },
  { what: 'RSA where EC is needed', slot: 'tomcat-ECDSA', ...KEY, outcome: 'block', words: 'elliptic' },
  { what: 'EC where it belongs', slot: 'tomcat-ECDSA', csr: key('EC P-384'), ...KEY, outcome: 'ok' },
  { what: 'no client authentication', ...USAGE, outcome: 'ok' },
  {
    what: 'both usages from a CA that signs them',
    csr: { extendedKeyUsage: [SERVER, CLIENT] },
    ...USAGE,
    outcome: 'ok',
  },
  {
    what: 'both usages, tomcat',
    csr: { extendedKeyUsage: [SERVER, CLIENT] },
    issuer: { signsClientAuth: false },
    ...USAGE,
    outcome: 'warn',
    words: 'SIP OAuth over MRA',
  },
  {
    what: 'both usages, unknown CA',
    csr: { extendedKeyUsage: [SERVER, CLIENT] },
    issuer: { signsClientAuth: null },
    ...USAGE,
    outcome: 'warn',
    words: 'LDAP',
  },
  {
    what: 'both usages, CallManager',
    slot: 'CallManager',
    csr: { extendedKeyUsage: [SERVER, CLIENT] },
    issuer: { signsClientAuth: false },
    ...USAGE,
    outcome: 'warn',
    words: 'SIP trunks',
  },
  {
    what: 'both usages, XMPP',
    slot: 'cup-xmpp-s2s',
    csr: { extendedKeyUsage: [SERVER, CLIENT] },
    issuer: { signsClientAuth: false },
    ...USAGE,
    outcome: 'warn',
    words: 'XMPP federation',
  },
  {
    what: 'both usages, and a CA that refuses such a CSR',
    csr: { extendedKeyUsage: [SERVER, CLIENT] },
    issuer: { signsClientAuth: false, refusesClientAuthRequest: true },
    ...USAGE,
    outcome: 'block',
    words: 'refuses',
  },
  {
    what: 'a third usage',
    slot: 'ipsec',
    csr: { extendedKeyUsage: [SERVER, CLIENT, IPSEC] },
    ...USAGE,
    outcome: 'warn',
    words: IPSEC,
  },
  { what: 'a common name', ...CN, outcome: 'ok' },
  {
    what: 'a profile without one',
    issuer: { profile: 'p', hasCommonName: false },
    ...CN,
    outcome: 'warn',
    words: '"p"',
  },
  {
    what: 'a profile that is known to have none',
    issuer: { profile: 'tlsserver', hasCommonName: null },
    ...CN,
    outcome: 'warn',
  },
  { what: 'a profile nobody knows', issuer: { profile: 'p', hasCommonName: null }, ...CN, outcome: 'skipped' },
  { what: '90 days', ...VALIDITY, outcome: 'ok', words: '7 renewals a year' },
  { what: '6 days', issuer: { maxDays: 6 }, ...VALIDITY, outcome: 'warn', words: '92 renewals a year' },
  { what: 'unknown days', issuer: { maxDays: null }, ...VALIDITY, outcome: 'skipped' },
];

describe('a certificate', () => {
  test.each(CASES)('with $what: $id is $outcome', (row) => {
    const { slot = 'tomcat', csr, issuer, wanted = null, id, outcome, words = '', reference } = row;

    const findings = compatibilityOf({
      slot: vosSlot(slot),
      csr: { ...fits, ...csr },
      issuer: { ...good, ...issuer },
      dnsNames: wanted,
    });

    const finding = findings.find((each) => each.id === id);
    expect(finding).toMatchObject({ outcome, reference });
    expect(finding?.answer).toContain(words);
    expect(finding?.todo !== undefined).toBe(outcome === 'warn' || outcome === 'block');
  });

  test('that fits gives no trouble, and every finding has an id of its own', () => {
    const findings = compatibilityOf({ slot: vosSlot('tomcat'), csr: fits, issuer: good, dnsNames: [NAME] });

    expect(new Set(findings.map(({ outcome }) => outcome))).toEqual(new Set(['ok']));
    expect(new Set(findings.map(({ id }) => id)).size).toBe(findings.length);
  });
});
