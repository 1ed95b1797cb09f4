import { z } from 'zod';
import { type Answer, type Request, startService, type TestService } from './service.ts';

/** Of https://docs.slack.dev/reference/block-kit/blocks/, as far as a message of text can use it; nothing else is taken. */
const mrkdwn = (most: number) => z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(most) });
const section = z.strictObject({
  type: z.literal('section'),
  text: mrkdwn(3000).optional(),
  fields: z.array(mrkdwn(2000)).min(1).max(10).optional(),
});
const context = z.strictObject({ type: z.literal('context'), elements: z.array(mrkdwn(3000)).min(1).max(10) });
const payload = z.strictObject({
  text: z.string().min(1).max(40_000),
  blocks: z
    .array(z.union([section, context]))
    .min(1)
    .max(50),
});

export type SlackPayload = z.output<typeof payload>;

/** An incoming webhook: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/#handling_errors */
export async function startSlack(path: string): Promise<TestService & { readonly posted: readonly SlackPayload[] }> {
  const posted: SlackPayload[] = [];
  const service = await startService((request) => answer(request, path, posted));
  return Object.assign(service, { posted });
}

function answer({ method, path, headers, body }: Request, expected: string, posted: SlackPayload[]): Answer {
  if (method !== 'POST') return { status: 405, body: 'method_not_allowed' };
  if (path !== expected) return { status: 403, body: 'invalid_token' };
  if (!headers['content-type']?.startsWith('application/json')) return { status: 400, body: 'invalid_payload' };
  const parsed = payload.safeParse(JSON.parse(body));
  if (!parsed.success) return { status: 400, body: `invalid_blocks ${z.prettifyError(parsed.error)}` };
  const texts = JSON.stringify(parsed.data);
  // An ampersand that begins no entity, and angle brackets that enclose no link, were not escaped.
  if (/&(?!amp;|lt;|gt;)/.test(texts) || /<(?!https?:\/\/[^|>]+\|[^<>]+>)/.test(texts))
    return { status: 400, body: 'invalid_payload' };
  posted.push(parsed.data);
  return { status: 200, body: 'ok' };
}
