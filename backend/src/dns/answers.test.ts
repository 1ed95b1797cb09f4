import { expect, test } from 'vitest';
import { agrees, judge, unanswered } from './answers.ts';
import type { DnsRecord } from './message.ts';
import type { DnsReply } from './query.ts';
import type { ServerAnswer } from './resolver.ts';
import { DnsTransportError } from './transport-error.ts';

const EXPECTED = { fqdn: '_acme-challenge.example.test', value: 'right', zone: 'example.test' };

test.each<[string, Partial<DnsReply>, Partial<ServerAnswer>]>([
  ['the value', { answers: [txt('right')] }, { state: 'seen', detail: 'seen', ttlSeconds: 60 }],
  ['it beside another', { answers: [txt('x'), txt('right')] }, { state: 'seen', detail: 'seen, beside 1 more' }],
  ['other values', { answers: [txt('x')] }, { state: 'missing', detail: 'other values', ttlSeconds: 60 }],
  ['no record', {}, { state: 'missing', detail: 'no TXT record', ttlSeconds: null }],
  ['no name', { rcode: 'NXDOMAIN' }, { state: 'missing', rcode: 'NXDOMAIN', detail: 'no such name' }],
  [
    'an alias',
    {
      answers: [
        { type: 'CNAME', name: EXPECTED.fqdn, ttlSeconds: 5, data: 'b.test' },
        { ...txt('right'), name: 'b.test' },
      ],
    },
    { state: 'missing', detail: 'an alias for b.test' },
  ],
  ['REFUSED', { rcode: 'REFUSED', aa: false }, { state: 'failed', detail: 'refuses to answer for the zone (lame)' }],
  ['SERVFAIL', { rcode: 'SERVFAIL', aa: false }, { state: 'failed', detail: 'cannot answer for the zone (SERVFAIL)' }],
  ['another code', { rcode: 'NOTIMP' }, { state: 'failed', detail: 'answers with NOTIMP' }],
  ['no authority', { aa: false, answers: [txt('right')] }, { state: 'failed', detail: 'not authoritative (lame)' }],
])('an answer with %s is judged', (_what, reply, judgement) => {
  expect(judge(replyWith(reply), EXPECTED)).toMatchObject(judgement);
});

test.each([
  ['no-route', '2001:db8::1', true],
  ['no-route', '192.0.2.1', true],
  ['host', '2001:db8::1', true],
  ['host', '192.0.2.1', undefined],
  ['refused', '2001:db8::1', undefined],
] as const)('a failure of kind %s at %s: no route %s', (kind, address, noRoute) => {
  const answer = unanswered({ name: 'ns1', address, port: 53 }, new DnsTransportError(kind, 'in words'), 1, {});

  expect(answer).toMatchObject({ state: 'failed', rcode: null });
  expect(answer.detail).toContain('in words');
  expect(answer.noRoute).toBe(noRoute);
});

test.each([
  ['2001:db8::1', 'fd00::2', true],
  ['2001:db8::1', '2001:db8:1::2', undefined],
  ['192.0.2.1', 'fd00::2', undefined],
  ['fd00::1', 'fd00::2', undefined],
])('silence of %s on a host with %s: no route %s', (address, own, noRoute) => {
  const interfaces = { eth0: [networkAddress(own)] };

  const answer = unanswered(
    { name: 'ns1', address, port: 53 },
    new DnsTransportError('timeout', 'no answer'),
    1,
    interfaces,
  );

  expect(answer.noRoute).toBe(noRoute);
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

function replyWith(reply: Partial<DnsReply>): DnsReply {
  const empty = { answers: [], authorities: [], additionals: [] };
  return { rcode: 'NOERROR', aa: true, ra: false, edns: true, latencyMs: 1, transport: 'udp', ...empty, ...reply };
}

function txt(data: string): DnsRecord {
  return { type: 'TXT', name: EXPECTED.fqdn, ttlSeconds: 60, data };
}

function seen(name: string, address: string): ServerAnswer {
  const server = { name, address, port: 53 };
  return { server, state: 'seen', rcode: 'NOERROR', detail: 'seen', ttlSeconds: 60, soaSerial: 1, latencyMs: 1 };
}

function missing(name: string, address: string): ServerAnswer {
  return { ...seen(name, address), state: 'missing' };
}

function noRoute(name: string, address: string): ServerAnswer {
  return { ...seen(name, address), state: 'failed', noRoute: true };
}

function networkAddress(address: string) {
  const rest = { netmask: '', mac: '', internal: false, cidr: null, scopeid: 0 };
  return { address, family: 'IPv6' as const, ...rest };
}
