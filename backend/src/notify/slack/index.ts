import { z } from 'zod';
import { Secret } from '../../domain/secret.ts';
import { secret } from '../../plugins/fields.ts';
import { trustFields, trustOf } from '../../plugins/trust.ts';
import { addressSecrets, call, inOneLine, secretAddress } from '../http-call.ts';
import type { Notifier, NotifierPlugin } from '../notifier.ts';
import { slackMessage } from './blocks.ts';

const settings = z.object({
  webhookUrl: secret({
    title: 'Webhook address',
    help: 'Of an incoming webhook of a Slack app. Whoever knows it can post.',
    example: 'https://hooks.slack.com/services/T…/B…/…',
  }),
  ...trustFields,
});

export const slack: NotifierPlugin<typeof settings> = {
  id: 'slack',
  title: 'Slack',
  summary: 'A channel of a Slack workspace, over an incoming webhook.',
  since: '0.1.0',
  links: {
    product: 'https://slack.com',
    api: 'https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/',
  },
  settings,

  create(options, { http, clock }): Notifier {
    const url = secretAddress('Slack', 'Webhook address', 'webhookUrl', options.webhookUrl);
    const secrets = [options.webhookUrl, ...addressSecrets(url).map((part) => new Secret(part))];
    return {
      async send(message, signal) {
        const client = http({ trust: trustOf(options) });
        const request = {
          method: 'POST',
          url,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(slackMessage(message)),
        } as const;
        // 404 and 410: the webhook, its workspace or its channel is gone.
        const codeOf = ({ status }: { status: number }) =>
          status === 404 || status === 410 ? 'NOTIFIER_DENIED' : undefined;
        const { body } = await call(client, request, { clock, secrets, codeOf }, signal);
        return inOneLine(body);
      },
    };
  },
};
