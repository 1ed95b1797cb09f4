import { expect, test } from 'vitest';
import { diagnose } from './diagnosis.ts';
import type { ServerAnswer } from './resolver.ts';

const FQDN = '_acme-challenge.cucm.example.test';

test.each<[string, ServerAnswer[], string[]]>([
  ['agreement', [at('ns1'), at('ns2')], []],
  [
    'a server that refuses',
    [at('ns1'), at('ns2', failed('lame', { rcode: 'REFUSED' }))],
    ['Lame delegation: the parent of example.test names ns2 (192.0.2.2), and the answer there is REFUSED.'],
  ],
  [
    'a server without authority',
    [at('ns1'), at('ns2', failed('lame', { rcode: 'NOERROR' }))],
    ['Lame delegation: the parent of example.test names ns2 (192.0.2.2), and the answer there has no authority.'],
  ],
  [
    'SERVFAIL at two servers',
    [at('ns1'), at('ns2', failed('servfail')), at('ns3', failed('servfail'))],
    [
      'SERVFAIL from ns2 (192.0.2.2) and ns3 (192.0.2.3): the zone example.test is not loaded there, has expired, or is broken.',
    ],
  ],
  [
    'a stale secondary',
    [at('ns1', { soaSerial: 5 }), at('ns2', { ...missing(), soaSerial: 4 })],
    [
      'An old copy of example.test is at ns2 (192.0.2.2) with SOA serial 4, while ns1 (192.0.2.1) has serial 5: the zone transfer has not come through.',
    ],
  ],
  [
    'a stale secondary across the wrap of serial numbers',
    [at('ns1', { soaSerial: 1 }), at('ns2', { ...missing(), soaSerial: 4_294_967_290 })],
    [expect.stringContaining('ns2 (192.0.2.2) with SOA serial 4294967290, while ns1 (192.0.2.1) has serial 1')],
  ],
  [
    'a server with the newest serial and no record',
    [at('ns1', { soaSerial: 5 }), at('ns2', { ...missing(), soaSerial: 5 })],
    [`At ns2 (192.0.2.2) with SOA serial 5 there is no TXT record at ${FQDN} yet (no such name).`],
  ],
  [
    'a record that nobody has',
    [at('ns1', missing()), at('ns2', { ...missing(), soaSerial: 0 })],
    [
      `No name server of example.test has a TXT record at ${FQDN} (asked: ns1 (192.0.2.1) and ns2 (192.0.2.2)): it was written to another copy of the zone, or not at all.`,
    ],
  ],
  [
    'other values',
    [
      at('ns1'),
      at('ns2', { state: 'missing', reason: 'other-values', detail: 'other values', values: ['old', 'older'] }),
    ],
    [`At ns2 (192.0.2.2) the name ${FQDN} has other values: "old", "older".`],
  ],
  [
    'an alias',
    [at('ns1'), at('ns2', { state: 'missing', reason: 'alias', detail: 'an alias for b.test', values: [] })],
    [`At ns2 (192.0.2.2) the name ${FQDN} is an alias for b.test, and a TXT record beside an alias is not seen.`],
  ],
  [
    'silence',
    [at('ns1'), at('ns2', failed('timeout', { detail: 'no answer in 3 s' }))],
    ['Silence from ns2 (192.0.2.2) (no answer in 3 s): a firewall drops the questions, or the server is down.'],
  ],
  [
    'a closed port',
    [at('ns1'), at('ns2', failed('unreachable', { detail: 'nothing listens there (ECONNREFUSED)' }))],
    ['ns2 (192.0.2.2) cannot be asked: nothing listens there (ECONNREFUSED).'],
  ],
  [
    'a name without address',
    [at('ns1'), at('ns2', { ...failed('no-address'), server: { name: 'ns2', address: '', port: 53 } })],
    ['The name ns2 has no address, so nobody can ask that server.'],
  ],
  [
    'no IPv6 here',
    [at('ns1'), at('ns1', { ...failed('no-route'), server: { name: 'ns1', address: '2001:db8::1', port: 5301 } })],
    ['ns1 ([2001:db8::1]:5301) was not asked: this host has no way to that address (no IPv6 from here).'],
  ],
  [
    'private name servers, none of which has it',
    [at('ns1', inside('10.0.0.1')), at('ns2', inside('fd00::2'))],
    [
      `No name server of example.test has a TXT record at ${FQDN} (asked: ns1 (10.0.0.1) and ns2 (fd00::2)): it has not come there yet, or, as all of them have private addresses here, an internal view hides the public zone from this host.`,
    ],
  ],
  [
    'a resolver of which the question for the SOA was lost',
    [at('ns1'), resolver({ ...missing(), soaPrimary: null, soaSerial: null, soaUnanswered: true })],
    [expect.stringContaining('still answers from its cache')],
  ],
  [
    'a zone at two services, seen at the other one',
    [
      at('ns1', { soaSerial: 9 }),
      at('ns2', { soaPrimary: 'ns2', soaSerial: 1 }),
      resolver({ ...missing(), soaPrimary: 'ns2' }),
    ],
    [expect.stringContaining('still answers from its cache')],
  ],
  [
    'a resolver with another copy of the zone',
    [at('ns1'), resolver({ ...missing(), soaPrimary: 'dc1.corp.test' })],
    [
      'An internal view hides the public zone example.test from the resolver 10.0.0.53:53: its SOA names dc1.corp.test, that of the zone ns1.',
    ],
  ],
  [
    'a resolver that knows no such zone',
    [at('ns1'), resolver({ ...missing(), soaPrimary: null, soaSerial: null })],
    [expect.stringContaining('the resolver 10.0.0.53:53: it knows no zone example.test.')],
  ],
  [
    'a resolver that is ahead of the name servers',
    [at('ns1', { soaSerial: 5 }), resolver({ ...missing(), soaSerial: 2024010101 })],
    [expect.stringContaining('its SOA serial 2024010101 is ahead of 5 at ns1 (192.0.2.1).')],
  ],
  [
    'a resolver with a cache',
    [at('ns1', { soaSerial: 5 }), resolver({ ...missing(), soaSerial: 4 })],
    ['Every name server has the record, but the resolver 10.0.0.53:53 still answers from its cache (no such name).'],
  ],
  [
    'a resolver with a cache that says for how long',
    [at('ns1', { soaSerial: 5 }), resolver({ ...missing(), soaSerial: 4, ttlSeconds: 58 })],
    [expect.stringContaining('still answers from its cache (no such name), and remembers that for up to 58 s more.')],
  ],
  [
    'a resolver that fails',
    [at('ns1'), resolver(failed('servfail'))],
    [expect.stringContaining(`SERVFAIL from the resolver 10.0.0.53:53: it cannot resolve ${FQDN}`)],
  ],
  [
    'resolvers alone',
    [resolver(missing())],
    [`At 10.0.0.53:53 with SOA serial 1 there is no TXT record at ${FQDN} yet (no such name).`],
  ],
  [
    'resolvers alone that remember',
    [resolver({ ...missing(), ttlSeconds: 7 })],
    [expect.stringContaining('yet (no such name), and remembers that for up to 7 s more.')],
  ],
])('%s', (_what, answers, sentences) => {
  const found = diagnose({ fqdn: FQDN, zone: 'example.test', value: 'right', answers });

  expect(found.map(({ sentence }) => sentence)).toEqual(sentences);
});

test('the most important cause comes first, whatever the order of the servers', () => {
  const answers = [
    at('ns1', failed('no-route')),
    at('ns2', { ...missing(), soaSerial: 4 }),
    at('ns3', failed('timeout')),
    at('ns4', failed('servfail')),
    at('ns5', failed('lame')),
    at('ns6', { soaSerial: 5 }),
  ];

  const found = diagnose({ fqdn: FQDN, zone: 'example.test', value: 'right', answers });

  expect(found.map(({ cause }) => cause)).toEqual(['lame', 'servfail', 'timeout', 'stale', 'no-route']);
});

test.each<[string, ServerAnswer[], string[]]>([
  ['nothing is said when all have the same', [at('ns1', { values: ['a'] }), at('ns2', { values: ['a'] })], []],
  ['nothing is said when all have nothing', [at('ns1', missing()), at('ns2', missing())], []],
  [
    'the newest serial is right',
    [at('ns1', { values: ['old'], soaSerial: 4 }), at('ns2', { values: ['new'], soaSerial: 5 })],
    ['stale'],
  ],
  [
    'with one serial, the first is right',
    [at('ns1', { values: ['a'] }), at('ns2', { values: ['b'] }), at('ns3', { values: ['b'] })],
    ['wrong-values'],
  ],
])('without a value to look for, %s', (_what, answers, causes) => {
  const found = diagnose({ fqdn: FQDN, zone: 'example.test', value: null, answers });

  expect(found.map(({ cause }) => cause)).toEqual(causes);
});

function at(name: string, change: Partial<ServerAnswer> = {}): ServerAnswer {
  return {
    server: { name, address: `192.0.2.${name.slice(2)}`, port: 53 },
    kind: 'authoritative',
    state: 'seen',
    reason: 'seen',
    rcode: 'NOERROR',
    detail: 'seen',
    values: ['right'],
    ttlSeconds: 60,
    soaSerial: 1,
    soaPrimary: 'ns1',
    latencyMs: 1,
    ...change,
  };
}

function resolver(change: Partial<ServerAnswer>): ServerAnswer {
  return at('10.0.0.53:53', {
    server: { name: '10.0.0.53:53', address: '10.0.0.53', port: 53 },
    kind: 'resolver',
    ...change,
  });
}

function missing(): Partial<ServerAnswer> {
  return {
    state: 'missing',
    reason: 'no-name',
    rcode: 'NXDOMAIN',
    detail: 'no such name',
    values: [],
    ttlSeconds: null,
  };
}

function inside(address: string): Partial<ServerAnswer> {
  return { ...missing(), server: { name: address.startsWith('10') ? 'ns1' : 'ns2', address, port: 53 } };
}

function failed(reason: ServerAnswer['reason'], change: Partial<ServerAnswer> = {}): Partial<ServerAnswer> {
  const nothing = { values: [], ttlSeconds: null, soaSerial: null, soaPrimary: null };
  return { state: 'failed', reason, rcode: null, detail: reason, ...nothing, ...change };
}
