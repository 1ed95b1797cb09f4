import type { CertificateView, RenewalItem, RenewalView, ServedEndpointView, WordsView } from '../api/types.ts';

/** Things as the daemon would send them, to be changed where it matters. */

export const WORDS: WordsView = { version: '1', steps: [], outcomes: {} as WordsView['outcomes'], errors: {} };

export const RENEWAL: RenewalItem = {
  id: 'r1',
  connectionId: 1,
  startedAt: '2026-11-22T02:00:00.000Z',
  finishedAt: '2026-11-22T02:05:00.000Z',
  outcome: 'verified',
  state: 'verified',
  note: 'Served on 2 of 2 endpoints',
  resumeAt: null,
  planned: false,
  committed: true,
  oldStillServed: false,
  connectionName: 'cucm-hq',
  connectionRemoved: false,
  practice: false,
};

export const VIEW: RenewalView = { ...RENEWAL, facts: {}, events: [], chain: [] };

export function certificate(change: Partial<CertificateView> = {}): CertificateView {
  return {
    sha256: 'aa'.repeat(32),
    serial: '01',
    subject: 'CN=cucm-pub.example.com',
    issuer: 'CN=R11',
    commonName: 'cucm-pub.example.com',
    dnsNames: ['cucm-pub.example.com'],
    notBefore: '2026-11-01T00:00:00.000Z',
    notAfter: '2027-01-30T00:00:00.000Z',
    key: { kind: 'RSA 2048', spkiSha256: 'bb'.repeat(32) },
    extendedKeyUsage: [],
    selfSigned: false,
    practice: false,
    ...change,
  };
}

export function endpoint(serverName: string, change: Partial<ServedEndpointView> = {}): ServedEndpointView {
  return {
    endpoint: { host: serverName, port: 443, serverName },
    at: '2026-11-22T02:00:00.000Z',
    detail: null,
    certificate: certificate(),
    chain: [],
    ...change,
  };
}
