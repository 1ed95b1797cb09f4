import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import type { NoticeMessage, Severity } from '../../domain/notice.ts';
import { Secret } from '../../domain/secret.ts';
import { secret, text, url } from '../../plugins/fields.ts';
import { below } from '../../plugins/http-call.ts';
import { trustFields, trustOf } from '../../plugins/trust.ts';
import { call, inOneLine, jsonOf } from '../http-call.ts';
import type { Notifier, NotifierPlugin } from '../notifier.ts';
import { markOf, plainText } from '../text.ts';

const settings = z.object({
  server: url({ title: 'Server', help: 'Address of the Apprise API.', example: 'http://apprise:8000', private: true }),
  configKey: secret({
    title: 'Configuration key',
    help: 'Under which the server keeps the addresses to notify. Whoever knows it can read and use them.',
    example: 'certferry',
  }),
  tags: text({
    title: 'Tags',
    help: 'Whom to notify: with a comma for "or", with a space for "and". Left empty: everybody of this key.',
    example: 'oncall, voice',
  }).optional(),
  username: text({ title: 'User name', help: 'For basic authentication at a proxy. Left empty: none.' }).optional(),
  password: secret({ title: 'Password', help: 'For basic authentication.' }).optional(),
  ...trustFields,
});

const TYPES: Readonly<Record<Severity, string>> = { info: 'info', warning: 'warning', critical: 'failure' };
const urls = z.object({ urls: z.array(z.unknown()) });

export const apprise: NotifierPlugin<typeof settings> = {
  id: 'apprise',
  title: 'Apprise',
  summary: 'Any of the services that an Apprise API server of your own can reach.',
  since: '0.1.0',
  links: { product: 'https://appriseit.com', api: 'https://github.com/caronc/apprise-api#api-details' },
  settings,

  create(options, { http, clock }): Notifier {
    const { server, configKey, tags } = options;
    const basic = basicPair(options.username, options.password);
    const key = encodeURIComponent(configKey.reveal());
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(basic ? { authorization: `Basic ${basic.reveal()}` } : {}),
    };
    const secrets = [configKey, options.password, basic].filter((one) => one !== undefined);
    // 424: some of the services behind it did not take the message, which may pass.
    const codeOf = ({ status }: { status: number }) => (status === 424 ? 'NOTIFIER_UNREACHABLE' : undefined);
    const callOptions = { clock, secrets, codeOf };
    const client = () => http({ trust: trustOf(options) });
    return {
      async send(message, signal) {
        const body = JSON.stringify({ ...appriseMessage(message), ...(tags === undefined ? {} : { tag: tags }) });
        const request = { method: 'POST', url: below(server, `/notify/${key}`), headers, body } as const;
        const answer = await call(client(), request, callOptions, signal);
        if (answer.status === 204) throw nothingThere();
        return inOneLine(String(wordsOf(answer.body)));
      },

      async check(signal) {
        const request = { method: 'GET', url: below(server, `/json/urls/${key}?privacy=1`), headers } as const;
        const answer = await call(client(), request, callOptions, signal);
        const kept = urls.safeParse(jsonOf(answer.body));
        if (answer.status === 204 || kept.data?.urls.length === 0) throw nothingThere();
        return `The server keeps ${kept.data?.urls.length ?? 'some'} addresses under this key`;
      },
    };
  },
};

function nothingThere(): AppError {
  return new AppError('NOTIFIER_DENIED', 'The Apprise server keeps nothing under this configuration key (HTTP 204).');
}

function wordsOf(body: string): unknown {
  const parsed = z.object({ error: z.unknown(), details: z.unknown() }).partial().safeParse(jsonOf(body));
  return parsed.success && parsed.data.error ? parsed.data.error : 'Notified';
}

/** RFC 7617, section 2. */
function basicPair(username: string | undefined, password: Secret | undefined): Secret | undefined {
  if (username === undefined && password === undefined) return undefined;
  if (username === undefined || password === undefined) {
    throw new AppError('INVALID_SETTINGS', 'Apprise: User name (username): belongs to a password: give both, or none.');
  }
  return new Secret(Buffer.from(`${username}:${password.reveal()}`).toString('base64'));
}

function appriseMessage(message: NoticeMessage) {
  return {
    title: `${markOf(message)}: ${message.subject}`,
    body: plainText(message),
    type: message.kind === 'recovered' ? 'success' : TYPES[message.severity],
    // Apprise escapes plain text for each service.
    format: 'text',
  };
}
