import { expect, test } from 'vitest';
import type { DnsProvider } from '../../dns/provider.ts';
import { createDnsRouter } from '../../dns/router.ts';
import type { PublishedRecord } from '../facts.ts';
import type { StepContext } from '../step.ts';
import { cleanUp } from './clean-up.ts';

test.each([
  { at: ['api', 'api'], summary: '2 records removed' },
  { at: ['hand'], summary: '1 record stays: delete it by hand' },
  { at: ['api', 'hand', 'hand'], summary: '1 record removed; 2 records stay: delete it by hand' },
  { at: [], summary: '0 records removed' },
])('says what became of records at $at', async ({ at, summary }) => {
  const records = at.map((service, index) => published(`_acme-challenge.${index}.${service}.test`, service));

  expect(await cleanUp.run({ records }, contextOf())).toMatchObject({ kind: 'done', summary });
});

test('a record of another account is not asked for at this one', async () => {
  const records = [published('_acme-challenge.0.api.test', 'an earlier account')];

  await expect(cleanUp.run({ records }, contextOf())).rejects.toMatchObject({ code: 'INVALID_SETTINGS' });
});

function published(fqdn: string, account: string): PublishedRecord {
  const record = { fqdn, value: 'value', ttlSeconds: 60, zone: 'test' };
  return { record, location: { fqdn, aliases: [], zone: 'test', servers: [] }, receipt: null, account };
}

function contextOf(): StepContext {
  const api: DnsProvider = {
    check: async () => [],
    present: async () => ({ handle: null }),
    cleanUp: async () => {},
  };
  const dns = createDnsRouter([
    { suffix: 'api.test', provider: api, account: 'api' },
    { suffix: 'hand.test', provider: { ...api, afterwards: 'delete it by hand' }, account: 'hand' },
  ]);
  // The step uses nothing else.
  return { dns, http01: null, signal: new AbortController().signal, keep: async () => {} } as unknown as StepContext;
}
