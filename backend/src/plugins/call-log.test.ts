import { expect, it } from 'vitest';
import { ManualClock } from '../../../test/support/manual-clock.ts';
import { type Call, CallLog, Calls } from './call-log.ts';
import { type HttpClient, TransportError } from './http.ts';

const AT = '2026-03-01T10:00:00.000Z';
const signal = new AbortController().signal;

/** One client that everybody shares, as those of CAs are. */
function shared(): { readonly log: CallLog; readonly client: HttpClient } {
  const log = new CallLog(new ManualClock(new Date(AT)));
  const make = () => ({
    async request({ url }: { readonly url: string }) {
      if (url.endsWith('/gone')) throw new TransportError('timeout', 'no answer within 10 s', false);
      return { status: url.endsWith('/busy') ? 503 : 200, headers: {}, body: 'a secret answer' };
    },
    async [Symbol.asyncDispose]() {},
  });
  return { log, client: log.heard(make, 'CA')({ trust: { mode: 'public' } }) };
}

const get = (client: HttpClient, path: string) =>
  client.request({ method: 'GET', url: `https://ca.example.com/${path}` }, signal).catch(() => {});
const line = (path: string, more: Partial<Call> = {}): Call => ({
  at: AT,
  to: 'CA',
  request: `GET https://ca.example.com/${path}`,
  status: 200,
  failure: null,
  times: 1,
  ...more,
});

it('notes what is asked on whose behalf, also over one client and at the same time', async () => {
  const { log, client } = shared();
  const [mine, yours] = [new Calls(), new Calls()];

  await Promise.all([
    log.during(mine, () => get(client, 'mine')),
    log.during(yours, () => get(client, 'yours')),
    get(client, 'nobody'),
  ]);

  expect([mine.list, yours.list]).toEqual([[line('mine')], [line('yours')]]);
});

it('tells what came back, without what was said and without a query', async () => {
  const { log, client } = shared();
  const calls = new Calls();

  await log.during(calls, async () => {
    await get(client, 'order?token=hidden');
    await get(client, 'busy');
    await get(client, 'gone');
  });

  expect(calls.list).toEqual([
    line('order'),
    line('busy', { status: 503 }),
    line('gone', { status: null, failure: 'no answer within 10 s' }),
  ]);
});

it('makes one line of polling, also across what was noted earlier', async () => {
  const { log, client } = shared();
  const calls = new Calls([line('order/1')]);

  await log.during(calls, async () => {
    for (let round = 0; round < 3; round += 1) await get(client, 'order/1');
  });

  expect(calls.list).toEqual([line('order/1', { times: 4 })]);
});

it('keeps the newest 200 lines', async () => {
  const { log, client } = shared();
  const calls = new Calls();

  await log.during(calls, async () => {
    for (let order = 1; order <= 201; order += 1) await get(client, `order/${order}`);
  });

  expect([calls.list.length, calls.list[0], calls.list.at(-1)]).toEqual([200, line('order/2'), line('order/201')]);
});
