import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { Secret } from '../../domain/secret.ts';
import { choice, list, secret, text } from '../../plugins/fields.ts';
import { signature } from '../../plugins/signature.ts';
import { trustFields, trustOf } from '../../plugins/trust.ts';
import { addressSecrets, call, inOneLine, secretAddress } from '../http-call.ts';
import type { Notifier, NotifierPlugin } from '../notifier.ts';
import { bodyTemplate } from './template.ts';

const settings = z.object({
  url: secret({
    title: 'Address',
    help: 'Where the message is sent. Kept as a secret, because many services put a token into it.',
    example: 'https://hooks.example.com/certferry',
  }),
  method: choice(['POST', 'PUT'], { title: 'Method' }).default('POST'),
  authorization: secret({
    title: 'Authorization',
    help: 'The value of the Authorization header.',
    example: 'Bearer …',
  }).optional(),
  signingSecret: secret({
    title: 'Signing secret',
    help: 'Known to the receiver too: each request then carries a signature of its body.',
  }).optional(),
  contentType: text({ title: 'Content type', advanced: true }).default('application/json'),
  headers: list({
    title: 'More headers',
    help: 'One on each line. Nothing secret: these are shown again.',
    example: 'X-Team: voice',
    advanced: true,
  }).default([]),
  body: text({
    title: 'Body template',
    help: 'In Liquid. Left empty: the whole message as JSON.',
    example: '{"text": {{ subject | json }}}',
    advanced: true,
  }).optional(),
  ...trustFields,
});

/** RFC 9110, section 5.1 and 5.5. */
const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*([\x20-\x7e\t]*)$/;
const OUR_HEADERS = /^(host|content-length|content-type|transfer-encoding|connection|authorization|x-certferry-.*)$/i;

export const webhook: NotifierPlugin<typeof settings> = {
  id: 'webhook',
  title: 'Webhook',
  summary: 'Any service that takes an HTTP request, with a body of your own and a signature.',
  since: '0.1.0',
  links: { product: 'https://liquidjs.com', api: 'https://www.rfc-editor.org/rfc/rfc2104' },
  settings,

  create(options, { http, clock }): Notifier {
    const { method, authorization, signingSecret, contentType } = options;
    const url = secretAddress('Webhook', 'Address', 'url', options.url);
    const template = bodyTemplate(options.body);
    const own = headersOf(options.headers);
    const secrets = [options.url, authorization, signingSecret].filter((one) => one !== undefined);
    const hidden = [...secrets, ...addressSecrets(url).map((part) => new Secret(part))];
    return {
      async send(message, signal) {
        const body = template.render(message);
        mustBeJson(body, contentType);
        const headers = {
          'user-agent': 'certferry',
          ...own,
          'content-type': contentType,
          'x-certferry-notice': message.id,
          ...(authorization ? { authorization: authorization.reveal() } : {}),
          ...(signingSecret ? { 'x-certferry-signature': signature(signingSecret, body, clock.now()) } : {}),
        };
        const client = http({ trust: trustOf(options) });
        const codeOf = ({ status }: { status: number }) => (status === 410 ? 'NOTIFIER_DENIED' : undefined);
        const answer = await call(client, { method, url, headers, body }, { clock, secrets: hidden, codeOf }, signal);
        return inOneLine(`HTTP ${answer.status} ${answer.body}`);
      },
    };
  },
};

function headersOf(lines: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    lines.map((line) => {
      const [, name = '', value = ''] = HEADER.exec(line) ?? [];
      if (name !== '' && !OUR_HEADERS.test(name)) return [name.toLowerCase(), value];
      const why = name === '' ? 'is no header; write Name: value' : 'is set by certferry';
      throw new AppError('INVALID_SETTINGS', `Webhook: More headers (headers): "${name || line}" ${why}.`);
    }),
  );
}

/** A name with a quotation mark in it breaks a template that forgot `| json`. */
function mustBeJson(body: string, contentType: string): void {
  if (!/[/+]json\b/i.test(contentType)) return;
  try {
    JSON.parse(body);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : '';
    throw new AppError(
      'INVALID_SETTINGS',
      `Webhook: Body template (body): gives no JSON (${inOneLine(why)}). Write {{ subject | json }} instead of "{{ subject }}".`,
      { cause },
    );
  }
}
