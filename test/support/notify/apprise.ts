import { z } from 'zod';
import { type Answer, type Request, startService, type TestService } from './service.ts';

const notification = z.strictObject({
  title: z.string(),
  body: z.string().min(1),
  type: z.enum(['info', 'success', 'warning', 'failure']),
  format: z.enum(['text', 'markdown', 'html']),
  tag: z.string().optional(),
});

export type AppriseNotification = z.output<typeof notification>;

export interface AppriseOptions {
  readonly key: string;
  readonly user: string;
  readonly password: string;
}

/** https://github.com/caronc/apprise-api#api-details, behind a proxy that asks for a password. */
export async function startApprise(
  options: AppriseOptions,
): Promise<TestService & { readonly posted: readonly AppriseNotification[] }> {
  const posted: AppriseNotification[] = [];
  const service = await startService((request) => answer(request, options, posted));
  return Object.assign(service, { posted });
}

function answer(
  { method, path, headers, body }: Request,
  options: AppriseOptions,
  posted: AppriseNotification[],
): Answer {
  const { key, user, password } = options;
  const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  if (headers.authorization !== basic) return { status: 401, body: `No: ${headers.authorization}` };
  if (method === 'GET' && path === `/json/urls/${key}?privacy=1`)
    return { status: 200, body: { tags: ['voice'], urls: [{ url: 'mailto://****', tags: ['voice'] }] } };
  if (method === 'GET' && path.startsWith('/json/urls/')) return { status: 204 };
  if (method !== 'POST' || !path.startsWith('/notify/')) return { status: 404, body: 'Not Found' };
  if (path !== `/notify/${key}`) return { status: 204 };
  const parsed = notification.safeParse(JSON.parse(body));
  if (!parsed.success) return { status: 400, body: { error: z.prettifyError(parsed.error) } };
  posted.push(parsed.data);
  return { status: 200, body: { error: null, details: [] } };
}
