import { describe, expect, test } from 'vitest';
import { AppError } from '../domain/errors.ts';
import { findAddresses } from './host-addresses.ts';
import type { DnsRecord } from './message.ts';
import type { Recursive } from './recursive.ts';

/** A recursive resolver that knows a few names, some of which it does not follow to their end. */
const KNOWN: Readonly<Record<string, readonly DnsRecord[]>> = {
  'web.test A': [record('A', 'web.test', '192.0.2.1'), record('A', 'web.test', '192.0.2.1')],
  'web.test AAAA': [record('AAAA', 'web.test', '2001:db8::1')],
  'four.test A': [record('A', 'four.test', '192.0.2.4')],
  'alias.test A': [record('CNAME', 'alias.test', 'mid.test'), record('CNAME', 'mid.test', 'web.test')],
  'alias.test AAAA': [record('CNAME', 'alias.test', 'mid.test'), record('CNAME', 'mid.test', 'web.test')],
  'dead.test A': [record('CNAME', 'dead.test', 'gone.test')],
  'ring.test A': [record('CNAME', 'ring.test', 'ring.test')],
};
const signal = new AbortController().signal;

function record(type: 'A' | 'AAAA' | 'CNAME', name: string, data: string): DnsRecord {
  return { type, name, data, ttlSeconds: 60 };
}

const recursive: Pick<Recursive, 'ask'> = {
  async ask(name, type) {
    if (name === 'broken.test') throw new AppError('DNS_UNREACHABLE', `No DNS resolver could answer for ${name}.`);
    const answers = KNOWN[`${name} ${type}`] ?? [];
    const exists = Object.keys(KNOWN).some((known) => known.startsWith(`${name} `));
    const header = { aa: false, ra: true, authorities: [], additionals: [], edns: true };
    return { ...header, rcode: exists ? 'NOERROR' : 'NXDOMAIN', answers, latencyMs: 1, transport: 'udp' };
  },
};

function find(host: string) {
  return findAddresses(recursive as Recursive, host, signal);
}

describe('the addresses of a host', () => {
  test('are those of both families, IPv4 first, each once', async () => {
    expect(await find('web.test')).toEqual({ aliases: [], addresses: ['192.0.2.1', '2001:db8::1'], trouble: null });
  });

  test('are enough of one family', async () => {
    expect(await find('four.test')).toEqual({ aliases: [], addresses: ['192.0.2.4'], trouble: null });
  });

  test('are found at the end of the aliases, also where the resolver stops before', async () => {
    expect(await find('alias.test')).toEqual({
      aliases: ['mid.test', 'web.test'],
      addresses: ['192.0.2.1', '2001:db8::1'],
      trouble: null,
    });
  });

  test.each([
    ['nobody.test', 'the name does not exist in DNS'],
    ['dead.test', 'gone.test, to which the name leads by CNAME, does not exist in DNS'],
    ['ring.test', 'its aliases (CNAME) do not end'],
    ['broken.test', 'No DNS resolver could answer for broken.test'],
    [`${'x'.repeat(64)}.test`, 'x'],
  ])('of %s are none, with the reason', async (host, reason) => {
    const found = await find(host);

    expect(found.addresses).toEqual([]);
    expect(found.trouble).toContain(reason);
  });
});
