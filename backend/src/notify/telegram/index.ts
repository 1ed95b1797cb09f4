import { z } from 'zod';
import type { NoticeMessage } from '../../domain/notice.ts';
import { secret, text, url } from '../../plugins/fields.ts';
import type { HttpResponse } from '../../plugins/http.ts';
import { below } from '../../plugins/http-call.ts';
import { trustFields, trustOf } from '../../plugins/trust.ts';
import { call, jsonOf } from '../http-call.ts';
import type { Notifier, NotifierPlugin } from '../notifier.ts';
import { clip, escapeHtml, markOf } from '../text.ts';

const settings = z.object({
  botToken: secret({ title: 'Bot token', help: 'As BotFather gave it.', example: '110201543:AAHdqTcvCH1vGWJxfSeof…' }),
  chatId: text({
    title: 'Chat',
    help: 'ID of the chat or group (a number, below zero for groups), or @name of a public channel.',
    example: '-1001234567890',
    private: true,
  }),
  baseUrl: url({
    title: 'API URL',
    help: 'Only for a Bot API server of your own.',
    advanced: true,
  }).default('https://api.telegram.org'),
  ...trustFields,
});

/** https://core.telegram.org/bots/api#sendmessage: characters after the entities are read. */
const LONGEST_TEXT = 4096;

const refusal = z.object({ parameters: z.object({ retry_after: z.number() }) });
const botAnswer = z.object({ result: z.object({ username: z.string() }) });
const sentAnswer = z.object({ result: z.object({ message_id: z.number() }) });

export const telegram: NotifierPlugin<typeof settings> = {
  id: 'telegram',
  title: 'Telegram',
  summary: 'A chat, group or channel in Telegram, from a bot.',
  since: '0.1.0',
  links: { product: 'https://telegram.org', api: 'https://core.telegram.org/bots/api#sendmessage' },
  settings,

  create(options, { http, clock }): Notifier {
    const { botToken, chatId, baseUrl } = options;
    const ask = async (method: string, body: object, signal: AbortSignal) => {
      const request = {
        method: 'POST',
        // The token is a part of the address.
        url: below(baseUrl, `/bot${encodeURIComponent(botToken.reveal()).replaceAll('%3A', ':')}/${method}`),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      } as const;
      const callOptions = { clock, secrets: [botToken], codeOf, retryAfterOf };
      return await call(http({ trust: trustOf(options) }), request, callOptions, signal);
    };
    return {
      async send(message, signal) {
        const answer = await ask('sendMessage', { chat_id: chatId, ...telegramMessage(message) }, signal);
        const sent = sentAnswer.safeParse(jsonOf(answer.body));
        return sent.success ? `Posted as message ${sent.data.result.message_id}` : 'Posted';
      },

      async check(signal) {
        const me = botAnswer.safeParse(jsonOf((await ask('getMe', {}, signal)).body));
        await ask('getChat', { chat_id: chatId }, signal);
        return `Telegram knows the bot as @${me.data?.result.username ?? '?'}, and the bot sees the chat`;
      },
    };
  },
};

/** A token of the wrong form is a method that does not exist: 404. A chat that the bot does not see is a bad request. */
function codeOf({ status, body }: HttpResponse) {
  return status === 404 || /chat not found|PEER_ID_INVALID|upgraded to a supergroup/.test(body)
    ? ('NOTIFIER_DENIED' as const)
    : undefined;
}

/** https://core.telegram.org/bots/api#responseparameters: seconds, in the body. */
function retryAfterOf({ body }: HttpResponse): number | undefined {
  const parsed = refusal.safeParse(jsonOf(body));
  return parsed.success ? parsed.data.parameters.retry_after * 1000 : undefined;
}

function telegramMessage(message: NoticeMessage) {
  const { subject, body, facts, link, severity } = message;
  const ending = link === null ? '' : `\n\n<a href="${escapeHtml(link)}">Open in certferry</a>`;
  const headline = clip(`${markOf(message)}: ${subject}`, 400);
  const rest = [body, facts.map(({ label, value }) => `${label}: ${value}`).join('\n')].filter(Boolean).join('\n\n');
  const room = LONGEST_TEXT - headline.length - 40;
  return {
    text: `<b>${escapeHtml(headline)}</b>\n\n${escapeHtml(clip(rest, room))}${ending}`,
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
    disable_notification: severity === 'info',
  };
}
