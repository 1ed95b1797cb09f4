import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { aMessage } from '../../../../test/contracts/notifier.ts';
import { startService, type TestService } from '../../../../test/support/notify/service.ts';
import { systemClock } from '../../plugins/clock.ts';
import { createHttpFactory } from '../../plugins/undici-http.ts';
import { webhook } from './index.ts';

const NEVER = new AbortController().signal;
const NOW = new Date('2026-11-22T12:00:00Z');
let service: TestService;

beforeEach(async () => {
  service = await startService(() => ({ status: 200, body: 'taken' }));
});
afterEach(() => service[Symbol.asyncDispose]());

function make(settings: object) {
  return webhook.create(webhook.settings.parse({ url: `${service.url}/hook?token=abc`, ...settings }), {
    http: createHttpFactory(),
    ssh: { open: () => Promise.reject(new Error('unused')), hostKey: () => Promise.reject(new Error('unused')) },
    clock: { ...systemClock, now: () => NOW },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
}

it('sends the whole message as JSON when there is no template', async () => {
  const answer = await make({}).send(aMessage(), NEVER);

  const [request] = service.requests;
  expect(JSON.parse(request?.body ?? '')).toEqual(aMessage());
  expect(request?.headers).toMatchObject({ 'content-type': 'application/json', 'x-certferry-notice': 'event-417' });
  expect(answer).toBe('HTTP 200 taken');
});

it('signs time and body, so that the receiver can check both', async () => {
  await make({ signingSecret: 'shared secret' }).send(aMessage(), NEVER);

  const [request] = service.requests;
  const digest = createHmac('sha256', 'shared secret').update(`1795348800.${request?.body}`).digest('hex');
  expect(request?.headers['x-certferry-signature']).toBe(`t=1795348800,v1=${digest}`);
});

it('fills a template, with the headers that were asked for', async () => {
  const body =
    '{"text": {{ subject | json }}, "who": {{ connection.name | json }}, "n": {{ facts.size }}{% if recoverOf.kind %}, "over": true{% endif %}}';

  await make({ body, headers: ['X-Team: voice'] }).send(aMessage({ subject: 'He said "no"' }), NEVER);

  const [request] = service.requests;
  expect(JSON.parse(request?.body ?? '')).toEqual({ text: 'He said "no"', who: 'CUCM publisher', n: 2 });
  expect(request?.headers['x-team']).toBe('voice');
});

it.each([
  ['a variable that does not exist', '{{ nonsense }}', /nonsense/],
  ['no JSON where JSON is promised', '{"text": "{{ subject }}"}', /gives no JSON/],
  ['a file of this machine', '{% include "/etc/hostname" %}', /ENOENT|not found|Body template/],
  ['something endless', '{% for i in (1..100000000) %}x{% endfor %}', /Body template/],
])('refuses a template with %s', async (_, body, words) => {
  const outcome = Promise.resolve().then(() => make({ body }).send(aMessage({ subject: 'He said "no"' }), NEVER));

  await expect(outcome).rejects.toThrow(words);
  expect(service.requests).toEqual([]);
});
