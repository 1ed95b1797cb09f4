import { z } from 'zod';
import { type Answer, type Request, startService, type TestService } from './service.ts';

const message = z.strictObject({
  chat_id: z.string(),
  text: z.string().min(1),
  parse_mode: z.literal('HTML'),
  link_preview_options: z.strictObject({ is_disabled: z.boolean() }),
  disable_notification: z.boolean(),
});

export type TelegramMessage = z.output<typeof message>;

export interface TelegramOptions {
  readonly token: string;
  readonly chatId: string;
}

/** https://core.telegram.org/bots/api */
export async function startTelegram(
  options: TelegramOptions,
): Promise<TestService & { readonly posted: readonly TelegramMessage[] }> {
  const posted: TelegramMessage[] = [];
  const service = await startService((request) => answer(request, options, posted));
  return Object.assign(service, { posted });
}

function answer({ path, body }: Request, { token, chatId }: TelegramOptions, posted: TelegramMessage[]): Answer {
  const [, given, method] = /^\/bot([^/]+)\/(\w+)$/.exec(path) ?? [];
  if (given === undefined) return refusal(404, 'Not Found');
  if (given !== token) return refusal(401, `Unauthorized: ${given}`);
  const asked: unknown = JSON.parse(body);
  if (method === 'getMe') return accept({ id: 1, is_bot: true, username: 'certferry_bot' });
  if (method === 'getChat')
    return z.object({ chat_id: z.literal(chatId) }).safeParse(asked).success
      ? accept({})
      : refusal(400, 'Bad Request: chat not found');
  const parsed = message.safeParse(asked);
  if (method !== 'sendMessage' || !parsed.success) return refusal(400, `Bad Request: ${parsed.error?.message}`);
  if (parsed.data.chat_id !== chatId) return refusal(400, 'Bad Request: chat not found');
  const wrong = wrongHtml(parsed.data.text);
  if (wrong !== null) return refusal(400, `Bad Request: can't parse entities: ${wrong}`);
  posted.push(parsed.data);
  return accept({ message_id: posted.length });
}

/** https://core.telegram.org/bots/api#html-style: these tags, each closed, and four entities. */
function wrongHtml(text: string): string | null {
  const open: string[] = [];
  for (const [tag, slash, name = ''] of text.matchAll(/<(\/?)([^\s>]*)[^>]*>?/g)) {
    if (!['b', 'i', 'u', 's', 'a', 'code', 'pre'].includes(name) || !tag.endsWith('>'))
      return `unsupported start tag "${name}"`;
    if (slash === '') open.push(name);
    else if (open.pop() !== name) return `unexpected end tag ${name}`;
  }
  if (open.length > 0) return `can't find end tag of ${open[0]}`;
  if (/&(?!lt;|gt;|amp;|quot;)/.test(text)) return 'an ampersand that is no entity';
  const shown = text.replaceAll(/<[^>]*>/g, '').replaceAll(/&\w+;/g, 'x');
  return shown.length > 4096 ? 'message is too long' : null;
}

function accept(result: object): Answer {
  return { status: 200, body: { ok: true, result } };
}

function refusal(status: number, description: string): Answer {
  return { status, body: { ok: false, error_code: status, description } };
}
