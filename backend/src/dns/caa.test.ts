import { expect, test } from 'vitest';
import { findCaa } from './caa.ts';
import type { DnsRecord } from './message.ts';
import type { Recursive } from './recursive.ts';

const NEVER = new AbortController().signal;

test('an alias is followed where the resolver does not do it', async () => {
  const recursive = knowing([alias('a.test', 'b.test'), alias('b.test', 'c.test'), caa('c.test')]);

  expect(await findCaa(recursive, 'host.a.test', NEVER)).toMatchObject([{ owner: 'c.test' }]);
});

test('aliases that run in a circle have no records', async () => {
  const recursive = knowing([alias('a.test', 'b.test'), alias('b.test', 'a.test'), caa('test')]);

  expect(await findCaa(recursive, 'a.test', NEVER)).toMatchObject([{ owner: 'test' }]);
});

/** A resolver that gives what is stored at a name and looks no further. */
function knowing(records: readonly DnsRecord[]): Recursive {
  const empty = { authorities: [], additionals: [], edns: true, latencyMs: 0, transport: 'udp' } as const;
  return {
    ask: async (name) => {
      const answers = records.filter((record) => record.name === name);
      return { ...empty, rcode: 'NOERROR', aa: false, ra: true, answers };
    },
    addressesOf: async () => [],
  };
}

function alias(name: string, data: string): DnsRecord {
  return { type: 'CNAME', name, data, ttlSeconds: 60 };
}

function caa(name: string): DnsRecord {
  return { type: 'CAA', name, tag: 'issue', value: 'ca.test', critical: false, ttlSeconds: 60 };
}
