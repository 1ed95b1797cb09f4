import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import type { NoticeMessage } from '../../domain/notice.ts';
import { secret, text, url } from '../../plugins/fields.ts';
import { below } from '../../plugins/http-call.ts';
import { trustFields, trustOf } from '../../plugins/trust.ts';
import { call, jsonOf } from '../http-call.ts';
import type { Notifier, NotifierPlugin } from '../notifier.ts';
import { clipBytes, escapeHtml, escapeMarkdown, markOf, plainText } from '../text.ts';

const settings = z.object({
  botToken: secret({ title: 'Bot token', help: 'Of a bot that you made at developer.webex.com.' }),
  roomId: text({
    title: 'Space',
    help: 'ID of a space (room) in which the bot is a member. Give this or an e-mail address.',
    example: 'Y2lzY29zcGFyazovL3VzL1JPT00v…',
    private: true,
  }).optional(),
  toPersonEmail: text({
    title: 'E-mail address',
    help: 'Of a person, to whom the bot writes directly.',
    example: 'uc-team@example.com',
    private: true,
  }).optional(),
  baseUrl: url({
    title: 'API URL',
    help: 'Only where the API is reached through a gateway of your own, or in another region.',
    advanced: true,
  }).default('https://webexapis.com/v1'),
  ...trustFields,
});

/** Bytes, after encryption; certferry stays well below. https://developer.webex.com/docs/api/v1/messages/create-a-message */
const LONGEST_BYTES = 6_500;

const person = z.object({ displayName: z.string().default('the bot') });
const sent = z.object({ id: z.string() });

export const webex: NotifierPlugin<typeof settings> = {
  id: 'webex',
  title: 'Webex',
  summary: 'A space or a person in Webex, from a bot.',
  since: '0.1.0',
  links: { product: 'https://www.webex.com', api: 'https://developer.webex.com/docs/api/v1/messages' },
  settings,

  create(options, { http, clock }): Notifier {
    const { botToken, baseUrl, roomId, toPersonEmail } = options;
    const to = recipient(roomId, toPersonEmail);
    const headers = { authorization: `Bearer ${botToken.reveal()}`, 'content-type': 'application/json' };
    // 404: there is no such space, or the bot is not in it.
    const codeOf = ({ status }: { status: number }) => (status === 404 ? 'NOTIFIER_DENIED' : undefined);
    const callOptions = { clock, secrets: [botToken], codeOf };
    const client = () => http({ trust: trustOf(options) });
    return {
      async send(message, signal) {
        const body = JSON.stringify({ ...to, ...webexMessage(message) });
        const request = { method: 'POST', url: below(baseUrl, '/messages'), headers, body } as const;
        const answer = sent.safeParse(jsonOf((await call(client(), request, callOptions, signal)).body));
        if (answer.success) return `Posted as ${answer.data.id}`;
        throw new AppError('NOTIFIER_REFUSED', 'Webex answered without the id of a message.');
      },

      async check(signal) {
        const request = { method: 'GET', url: below(baseUrl, '/people/me'), headers } as const;
        const { displayName } = person.parse(jsonOf((await call(client(), request, callOptions, signal)).body) ?? {});
        if (roomId !== undefined) {
          const url = below(baseUrl, `/rooms/${encodeURIComponent(roomId)}`);
          await call(client(), { method: 'GET', url, headers }, callOptions, signal);
        }
        return `Webex knows the token as ${displayName}`;
      },
    };
  },
};

function recipient(roomId: string | undefined, toPersonEmail: string | undefined) {
  if (roomId !== undefined && toPersonEmail === undefined) return { roomId };
  if (toPersonEmail !== undefined && roomId === undefined) return { toPersonEmail };
  throw new AppError('INVALID_SETTINGS', 'Webex: Space (roomId): give either a space or an e-mail address, not both.');
}

function webexMessage(message: NoticeMessage) {
  const { subject, body, facts, link } = message;
  const headline = `${markOf(message)}: ${subject}`;
  const blocks = [
    `**${escaped(headline)}**`,
    escaped(body),
    facts.map(({ label, value }) => `- **${escaped(label)}:** ${escaped(value)}`).join('\n'),
    link ?? '',
  ];
  return {
    markdown: clipBytes(blocks.filter((block) => block !== '').join('\n\n'), LONGEST_BYTES),
    // For clients and notifications that show no Markdown.
    text: clipBytes(`${headline}\n\n${plainText(message)}`, LONGEST_BYTES),
  };
}

/** Webex reads Markdown with HTML in it. */
function escaped(text: string): string {
  return escapeMarkdown(escapeHtml(text));
}
