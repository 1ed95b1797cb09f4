import { z } from 'zod';
import { type Answer, type Request, startService, type TestService } from './service.ts';

const message = z.union([
  z.strictObject({ roomId: z.string(), markdown: z.string(), text: z.string() }),
  z.strictObject({ toPersonEmail: z.email(), markdown: z.string(), text: z.string() }),
]);

export type WebexMessage = z.output<typeof message>;

const LARGEST_BYTES = 7439;

export interface WebexOptions {
  readonly token: string;
  readonly roomId: string;
}

/** https://developer.webex.com/docs/api/v1/messages/create-a-message */
export async function startWebex(
  options: WebexOptions,
): Promise<TestService & { readonly posted: readonly WebexMessage[] }> {
  const posted: WebexMessage[] = [];
  const service = await startService((request) => answer(request, options, posted));
  return Object.assign(service, { posted });
}

function answer(
  { method, path, headers, body }: Request,
  { token, roomId }: WebexOptions,
  posted: WebexMessage[],
): Answer {
  if (headers.authorization !== `Bearer ${token}`)
    return problem(
      401,
      `The request requires a valid access token set in the Authorization request header, not ${headers.authorization}.`,
    );
  if (method === 'GET' && path === '/v1/people/me') return { status: 200, body: { displayName: 'certferry bot' } };
  if (method === 'GET' && path === `/v1/rooms/${roomId}`) return { status: 200, body: { id: roomId } };
  if (method !== 'POST' || path !== '/v1/messages') return problem(404, 'Could not find a room with provided ID.');
  const parsed = message.safeParse(JSON.parse(body));
  if (!parsed.success) return problem(400, z.prettifyError(parsed.error));
  if (Buffer.byteLength(parsed.data.markdown) > LARGEST_BYTES)
    return problem(400, 'Message length limited to 7439 bytes.');
  if ('roomId' in parsed.data && parsed.data.roomId !== roomId)
    return problem(404, 'Could not find a room with provided ID.');
  posted.push(parsed.data);
  return { status: 200, body: { id: `message-${posted.length}` } };
}

function problem(status: number, text: string): Answer {
  return { status, body: { message: text, trackingId: 'ROUTER_6391' } };
}
