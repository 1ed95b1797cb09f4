import { KEY_KINDS } from '../../domain/key-kind.ts';
import { ONLY_SLOT } from '../_hosts/key-files.ts';
import type { AppliancePlugin } from '../driver.ts';
import { createWebhookDriver } from './driver.ts';
import { readWebhook, webhookSettings } from './settings.ts';

export const webhook: AppliancePlugin<typeof webhookSettings> = {
  id: 'webhook',
  title: 'Webhook',
  summary: 'Sends certificate and, when asked, key to an agent of your own, signed, and looks at what is served then.',
  group: 'Files and your own agents',
  since: '0.1.0',
  links: {
    product: 'https://www.rfc-editor.org/rfc/rfc9110',
    api: 'https://www.rfc-editor.org/rfc/rfc2104',
  },
  settings: webhookSettings,
  slots: [ONLY_SLOT],
  takesKey: KEY_KINDS,
  restartsNothing: true,
  caveats: [
    {
      text: 'The private key is sent only with sendKey, over https or to this host itself. Without it the agent has to get the key in another way.',
      link: 'https://www.rfc-editor.org/rfc/rfc8446',
    },
    {
      text: 'An agent may get the same certificate more than once: the Idempotency-Key tells, and 409 or 200 are both right answers then.',
      link: 'https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/',
    },
    {
      text: 'Redirects are not followed, and a Location to ask again at has to be on the same host and port.',
      link: 'https://www.rfc-editor.org/rfc/rfc9110#section-15.3.3',
    },
  ],
  verify: readWebhook,
  create: createWebhookDriver,
};
