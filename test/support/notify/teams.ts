import { z } from 'zod';
import { type Answer, type Request, startService, type TestService } from './service.ts';

/** Of https://adaptivecards.io/explorer/, as far as a card of text can use it; nothing else is taken. */
const textBlock = z.strictObject({
  type: z.literal('TextBlock'),
  text: z.string().min(1),
  wrap: z.boolean().optional(),
  size: z.enum(['Small', 'Default', 'Medium', 'Large', 'ExtraLarge']).optional(),
  weight: z.enum(['Lighter', 'Default', 'Bolder']).optional(),
  color: z.enum(['Default', 'Dark', 'Light', 'Accent', 'Good', 'Warning', 'Attention']).optional(),
});
const factSet = z.strictObject({
  type: z.literal('FactSet'),
  facts: z.array(z.strictObject({ title: z.string(), value: z.string() })),
});
const card = z.strictObject({
  $schema: z.literal('http://adaptivecards.io/schemas/adaptive-card.json'),
  type: z.literal('AdaptiveCard'),
  version: z.enum(['1.2', '1.3', '1.4']),
  msteams: z.strictObject({ width: z.literal('Full') }).optional(),
  body: z.array(z.union([textBlock, factSet])).min(1),
  actions: z.array(z.strictObject({ type: z.literal('Action.OpenUrl'), title: z.string(), url: z.url() })).optional(),
});
const payload = z.strictObject({
  type: z.literal('message'),
  attachments: z
    .array(
      z.strictObject({
        contentType: z.literal('application/vnd.microsoft.card.adaptive'),
        contentUrl: z.null(),
        content: card,
      }),
    )
    .length(1),
});

export type TeamsCard = z.output<typeof card>;

const LARGEST_BYTES = 28_000;

/** The trigger of a workflow: it says that the workflow was started, and no more. */
export async function startTeams(path: string): Promise<TestService & { readonly posted: readonly TeamsCard[] }> {
  const posted: TeamsCard[] = [];
  const service = await startService((request) => answer(request, path, posted));
  return Object.assign(service, { posted });
}

function answer({ method, path, body }: Request, expected: string, posted: TeamsCard[]): Answer {
  const [workflow] = expected.split('?');
  if (path.split('?')[0] !== workflow) return problem(404, 'WorkflowNotFound', 'The workflow could not be found.');
  if (path !== expected)
    return problem(401, 'DirectApiAuthorizationRequired', `The signature of ${path} is not valid.`);
  if (method !== 'POST') return problem(405, 'MethodNotAllowed', method);
  const parsed = payload.safeParse(JSON.parse(body));
  if (!parsed.success || Buffer.byteLength(body) > LARGEST_BYTES)
    return problem(400, 'TriggerInputSchemaMismatch', parsed.error ? z.prettifyError(parsed.error) : 'too large');
  posted.push(...parsed.data.attachments.map(({ content }) => content));
  return { status: 202 };
}

function problem(status: number, code: string, message: string): Answer {
  return { status, body: { error: { code, message } } };
}
