import { describe, expect, it, test } from 'vitest';
import { AppError } from '../domain/errors.ts';
import { systemClock } from '../plugins/clock.ts';
import { parseSettings } from '../plugins/settings.ts';
import { createHttpFactory } from '../plugins/undici-http.ts';
import { notifierPlugin, notifierPlugins } from './index.ts';

const deps = {
  http: createHttpFactory(),
  ssh: { open: () => Promise.reject(new Error('unused')), hostKey: () => Promise.reject(new Error('unused')) },
  clock: systemClock,
  log: { debug() {}, info() {}, warn() {}, error() {} },
};

it('finds each notifier by its id', () => {
  expect(notifierPlugins.map(({ id }) => notifierPlugin(id))).toEqual(notifierPlugins);
});

it('names those that exist when asked for another', () => {
  expect(() => notifierPlugin('fax')).toThrow(
    expect.objectContaining({ code: 'INVALID_SETTINGS', message: expect.stringContaining('email') }),
  );
});

describe('settings that contradict each other are refused, with the field', () => {
  const mail = { host: 'mail', from: 'a@example.com', to: ['b@example.com'] };
  const hook = { url: 'https://hooks.example.com/x' };
  const cases: readonly (readonly [plugin: string, settings: object, words: RegExp])[] = [
    ['email', { ...mail, security: 'none', user: 'u', password: 'p' }, /Encryption \(security\)/],
    ['email', { ...mail, user: 'u' }, /User name \(user\)/],
    ['email', { ...mail, to: [] }, /To \(to\)/],
    ['email', { ...mail, to: ['nobody'] }, /To \(to\): "nobody"/],
    ['email', { ...mail, from: 'a@example.com\r\nBcc: x@example.com' }, /From \(from\)/],
    ['email', { ...mail, trust: 'pin', pinnedSha256: ['a'.repeat(64)] }, /Trust \(trust\)/],
    ['slack', { webhookUrl: 'hooks.slack.com/services/secret' }, /Webhook address \(webhookUrl\)/],
    ['webhook', { ...hook, body: '{{ subject' }, /Body template \(body\)/],
    ['webhook', { ...hook, body: '{{ subject | shout }}' }, /Body template \(body\).*shout/],
    ['webhook', { ...hook, headers: ['Authorization: x'] }, /More headers \(headers\).*set by certferry/],
    ['webhook', { ...hook, headers: ['no header'] }, /More headers \(headers\).*Name: value/],
    ['webex', { botToken: 't' }, /Space \(roomId\)/],
    ['webex', { botToken: 't', roomId: 'r', toPersonEmail: 'e@example.com' }, /Space \(roomId\)/],
    ['apprise', { server: 'http://a', configKey: 'k', username: 'u' }, /User name \(username\)/],
  ];
  test.each(cases)('%s %j', (id, settings, words) => {
    const plugin = notifierPlugin(id);
    const build = () => plugin.create(parseSettings(plugin.title, plugin.settings, settings as never), deps);

    expect(build).toThrow(words);
    expect(build).toThrow(AppError);
    expect(build).not.toThrow(/secret/);
  });
});
