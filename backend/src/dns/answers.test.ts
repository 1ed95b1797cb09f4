import { expect, test } from 'vitest';
import { agrees, askServer, isConsistent, judge, unanswered } from './answers.ts';
import type { Askable } from './askable.ts';
import type { DnsRecord } from './message.ts';
import type { DnsReply } from './query.ts';
import type { ServerAnswer } from './resolver.ts';
import { DnsTransportError } from './transport-error.ts';

const EXPECTED = { name: '_acme-challenge.example.test', value: 'right', zone: 'example.test' };

test.each<[string, Partial<DnsReply>, Partial<ServerAnswer>]>([
  ['the value', { answers: [txt('right')] }, { state: 'seen', detail: 'seen', values: ['right'], ttlSeconds: 60 }],
  [
    'it beside another',
    { answers: [txt('x'), txt('right')] },
    { state: 'seen', detail: 'seen, beside 1 more', values: ['x', 'right'] },
  ],
  [
    'other values',
    { answers: [txt('x')] },
    { state: 'missing', reason: 'other-values', values: ['x'], ttlSeconds: 60 },
  ],
  ['no record', {}, { state: 'missing', reason: 'no-record', values: [], ttlSeconds: null }],
  ['no name', { rcode: 'NXDOMAIN' }, { state: 'missing', reason: 'no-name', rcode: 'NXDOMAIN' }],
  [
    'an alias',
    { answers: [cname('b.test'), { ...txt('right'), name: 'b.test' }] },
    { state: 'missing', reason: 'alias', detail: 'an alias for b.test' },
  ],
  ['REFUSED', { rcode: 'REFUSED', aa: false }, { state: 'failed', reason: 'lame' }],
  ['SERVFAIL', { rcode: 'SERVFAIL', aa: false }, { state: 'failed', reason: 'servfail' }],
  ['another code', { rcode: 'NOTIMP' }, { state: 'failed', reason: 'rcode', detail: 'answers with NOTIMP' }],
  ['no authority', { aa: false, answers: [txt('right')] }, { state: 'failed', reason: 'lame' }],
])('an answer of a name server with %s is judged', (_what, reply, judgement) => {
  expect(judge(replyWith(reply), EXPECTED, 'authoritative')).toMatchObject(judgement);
});

test.each<[string, Partial<DnsReply>, Partial<ServerAnswer>]>([
  ['the value', { answers: [txt('right')] }, { state: 'seen' }],
  ['it at the end of aliases', { answers: [cname('b.test'), { ...txt('right'), name: 'b.test' }] }, { state: 'seen' }],
  ['aliases to nothing', { rcode: 'NXDOMAIN', answers: [cname('b.test')] }, { state: 'missing', reason: 'no-name' }],
  ['no name', { rcode: 'NXDOMAIN', authorities: [soa(300, 60)] }, { state: 'missing', ttlSeconds: 60 }],
  ['no record, remembered for a while', { authorities: [soa(12, 60)] }, { state: 'missing', ttlSeconds: 12 }],
  ['SERVFAIL', { rcode: 'SERVFAIL' }, { state: 'failed', reason: 'servfail' }],
  ['REFUSED', { rcode: 'REFUSED' }, { state: 'failed', reason: 'rcode', detail: 'answers with REFUSED' }],
])('an answer of a resolver with %s is judged', (_what, reply, judgement) => {
  expect(judge(replyWith({ aa: false, ...reply }), EXPECTED, 'resolver')).toMatchObject(judgement);
});

test('how long a name server would let its absence be remembered is not said of it', () => {
  expect(judge(replyWith({ authorities: [soa(300, 60)] }), EXPECTED, 'authoritative').ttlSeconds).toBeNull();
});

test('a lost question for the SOA is told from a zone that is not known there', async () => {
  const askable = (soa: () => Promise<DnsReply>): Askable => ({
    server: { name: 'resolver', address: '192.0.2.53', port: 53 },
    kind: 'resolver',
    ask: async ({ type }) => (type === 'SOA' ? soa() : replyWith({ answers: [txt('right')] })),
  });
  const lost = askable(() => Promise.reject(new DnsTransportError('timeout', 'no answer')));
  const refused = askable(async () => replyWith({ rcode: 'SERVFAIL' }));
  const unknown = askable(async () => replyWith({ rcode: 'NXDOMAIN' }));
  const signal = new AbortController().signal;

  const answers = await Promise.all([lost, refused, unknown].map((one) => askServer(one, EXPECTED, signal)));

  expect(answers.map(({ soaPrimary, soaUnanswered }) => [soaPrimary, soaUnanswered])).toEqual([
    [null, true],
    [null, true],
    [null, undefined],
  ]);
});

test('values are shown up to a limit', () => {
  const reply = replyWith({ answers: Array.from({ length: 30 }, (_, n) => txt(`${n} ${'x'.repeat(300)}`)) });

  const { values } = judge(reply, EXPECTED, 'authoritative');

  expect(values).toHaveLength(10);
  expect(values[0]).toHaveLength(100);
});

test('values cannot command a terminal', () => {
  const { values } = judge(replyWith({ answers: [txt('\u001b[2Jx')] }), EXPECTED, 'authoritative');

  expect(values).toEqual(['\ufffd[2Jx']);
});

test.each([
  ['no-route', '2001:db8::1', 'no-route'],
  ['no-route', '192.0.2.1', 'no-route'],
  ['host', '2001:db8::1', 'no-route'],
  ['host', '192.0.2.1', 'unreachable'],
  ['refused', '2001:db8::1', 'unreachable'],
  ['timeout', '192.0.2.1', 'timeout'],
  ['name', 'dns.example.test', 'no-address'],
] as const)('a failure of kind %s at %s: %s', (kind, address, reason) => {
  const answer = unanswered(at('ns1', address), new DnsTransportError(kind, 'in words'), 1, {});

  expect(answer).toMatchObject({ state: 'failed', rcode: null, reason });
  expect(answer.detail).toContain('in words');
});

test.each([
  ['2001:db8::1', 'fd00::2', 'no-route'],
  ['2001:db8::1', '2001:db8:1::2', 'timeout'],
  ['192.0.2.1', 'fd00::2', 'timeout'],
  ['fd00::1', 'fd00::2', 'timeout'],
])('silence of %s on a host with %s: %s', (address, own, reason) => {
  const interfaces = { eth0: [networkAddress(own)] };

  const answer = unanswered(at('ns1', address), new DnsTransportError('timeout', 'no answer'), 1, interfaces);

  expect(answer.reason).toBe(reason);
});

test.each<[boolean, string, ServerAnswer[]]>([
  [true, 'every server has it', [seen('ns1', '192.0.2.1'), seen('ns2', '192.0.2.2')]],
  [false, 'one has not', [seen('ns1', '192.0.2.1'), missing('ns2', '192.0.2.2')]],
  [false, 'one address of a server has not', [seen('ns1', '192.0.2.1'), missing('ns1', '192.0.2.2')]],
  [true, 'one address cannot be asked', [seen('ns1', '192.0.2.1'), noRoute('ns1', '2001:db8::1')]],
  [false, 'no address of a server can be asked', [seen('ns1', '192.0.2.1'), noRoute('ns2', '2001:db8::1')]],
  [false, 'there is no server', []],
])('agreement is %s when %s', (agreed, _when, answers) => {
  expect(agrees(answers)).toBe(agreed);
});

test.each<[boolean, string, ServerAnswer[]]>([
  [true, 'all have the same', [seen('ns1', '192.0.2.1', 'a', 'b'), seen('ns2', '192.0.2.2', 'b', 'a')]],
  [true, 'all have nothing', [missing('ns1', '192.0.2.1'), missing('ns2', '192.0.2.2')]],
  [true, 'one address cannot be asked', [seen('ns1', '192.0.2.1'), noRoute('ns1', '2001:db8::1')]],
  [false, 'one has another value', [seen('ns1', '192.0.2.1', 'a'), seen('ns2', '192.0.2.2', 'b')]],
  [false, 'one has nothing', [seen('ns1', '192.0.2.1', 'a'), missing('ns2', '192.0.2.2')]],
  [false, 'all fail', [{ ...missing('ns1', '192.0.2.1'), state: 'failed', reason: 'servfail' }]],
])('answers are consistent: %s when %s', (consistent, _when, answers) => {
  expect(isConsistent(answers)).toBe(consistent);
});

function replyWith(reply: Partial<DnsReply>): DnsReply {
  const empty = { answers: [], authorities: [], additionals: [] };
  return { rcode: 'NOERROR', aa: true, ra: false, edns: true, latencyMs: 1, transport: 'udp', ...empty, ...reply };
}

function txt(data: string): DnsRecord {
  return { type: 'TXT', name: EXPECTED.name, ttlSeconds: 60, data };
}

function cname(data: string): DnsRecord {
  return { type: 'CNAME', name: EXPECTED.name, ttlSeconds: 5, data };
}

function at(name: string, address: string) {
  return { server: { name, address, port: 53 }, kind: 'authoritative' } as const;
}

function seen(name: string, address: string, ...values: readonly string[]): ServerAnswer {
  const said = { state: 'seen', reason: 'seen', rcode: 'NOERROR', detail: 'seen', values } as const;
  return { ...at(name, address), ...said, ttlSeconds: 60, soaSerial: 1, soaPrimary: 'ns1', latencyMs: 1 };
}

function missing(name: string, address: string): ServerAnswer {
  return { ...seen(name, address), state: 'missing', reason: 'no-record' };
}

function noRoute(name: string, address: string): ServerAnswer {
  return { ...seen(name, address), state: 'failed', reason: 'no-route' };
}

function networkAddress(address: string) {
  const rest = { netmask: '', mac: '', internal: false, cidr: null, scopeid: 0 };
  return { address, family: 'IPv6' as const, ...rest };
}

function soa(ttlSeconds: number, minimum: number): DnsRecord {
  return { type: 'SOA', name: 'example.test', ttlSeconds, minimum, serial: 1, primary: 'ns1.example.test' };
}
