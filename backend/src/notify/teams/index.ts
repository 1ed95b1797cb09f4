import { z } from 'zod';
import { Secret } from '../../domain/secret.ts';
import { secret } from '../../plugins/fields.ts';
import { trustFields, trustOf } from '../../plugins/trust.ts';
import { addressSecrets, call, inOneLine, secretAddress } from '../http-call.ts';
import type { Notifier, NotifierPlugin } from '../notifier.ts';
import { teamsMessage } from './card.ts';

const settings = z.object({
  webhookUrl: secret({
    title: 'Webhook address',
    help: 'Of the workflow "Send webhook alerts to a channel". Whoever knows it can post.',
    example: 'https://….api.powerplatform.com/…/workflows/…/triggers/manual/paths/invoke?…&sig=…',
  }),
  ...trustFields,
});

export const teams: NotifierPlugin<typeof settings> = {
  id: 'teams',
  title: 'Microsoft Teams',
  summary: 'A channel or chat of Microsoft Teams, over a webhook of the Workflows app.',
  since: '0.1.0',
  links: {
    product: 'https://www.microsoft.com/microsoft-teams',
    api: 'https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook',
  },
  settings,
  caveats: [
    {
      text: 'The workflow belongs to the person who made it, and stops when their account does: give it a second owner.',
      link: 'https://support.microsoft.com/office/create-incoming-webhooks-with-workflows-for-microsoft-teams-8ae491c7-0394-4861-ba59-055e33f75498',
    },
    {
      text: 'Teams says that the workflow was started, not that the card was posted: the run history of the workflow does.',
      link: 'https://learn.microsoft.com/power-automate/fix-flow-failures',
    },
  ],

  create(options, { http, clock }): Notifier {
    const url = secretAddress('Microsoft Teams', 'Webhook address', 'webhookUrl', options.webhookUrl);
    const secrets = [options.webhookUrl, ...addressSecrets(url).map((part) => new Secret(part))];
    return {
      async send(message, signal) {
        const request = {
          method: 'POST',
          url,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(teamsMessage(message)),
        } as const;
        // The workflow was deleted or switched off.
        const codeOf = ({ status }: { status: number }) =>
          status === 404 || status === 410 ? 'NOTIFIER_DENIED' : undefined;
        const answer = await call(http({ trust: trustOf(options) }), request, { clock, secrets, codeOf }, signal);
        return inOneLine(answer.body) || `Started the workflow (HTTP ${answer.status})`;
      },
    };
  },
};
