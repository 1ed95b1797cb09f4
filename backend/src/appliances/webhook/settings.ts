import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import { flag, integer, secret, url } from '../../plugins/fields.ts';
import { endpointsOf, servedAtField } from '../../plugins/served-at.ts';
import type { TlsEndpoint } from '../../plugins/tls.ts';
import { type Trust, trustFields, trustOf } from '../../plugins/trust.ts';

export const webhookSettings = z.object({
  url: url({
    title: 'Address',
    help: 'Of your agent: the certificate is sent there with POST.',
    example: 'https://agent.example.com/certificates/www',
    private: true,
  }),
  servedAt: servedAtField,
  signingSecret: secret({
    title: 'Signing secret',
    help: 'Known to the agent too: each request carries a signature of its time and body.',
  }),
  sendKey: flag({
    title: 'Send the private key',
    help: 'Otherwise the agent gets certificates alone, and the private key stays here. Needs https.',
  }).default(false),
  statusUrl: url({
    title: 'Address of the state',
    help: 'Where the agent says with GET which certificate it has. When left out, certferry looks at what is served.',
    example: 'https://agent.example.com/certificates/www',
    private: true,
  }).optional(),
  authorization: secret({
    title: 'Authorization',
    help: 'The value of the Authorization header, when something in front of the agent wants one.',
    example: 'Bearer …',
  }).optional(),
  patienceSeconds: integer(
    {
      title: 'Patience (s)',
      help: 'How long certferry asks again when the agent answers 202. After that the renewal tries again later.',
      advanced: true,
    },
    { min: 1, max: 3600 },
  ).default(300),
  ...trustFields,
});

export type WebhookSettings = z.output<typeof webhookSettings>;

/** The settings as the driver works with them. */
export interface Webhook {
  readonly url: string;
  readonly statusUrl: string | null;
  readonly signingSecret: Secret;
  readonly authorization: Secret | undefined;
  readonly sendKey: boolean;
  readonly patienceMs: number;
  readonly trust: Trust;
  readonly endpoints: readonly TlsEndpoint[];
}

/** @throws AppError INVALID_SETTINGS */
export function readWebhook(settings: WebhookSettings): Webhook {
  const { url: address, statusUrl, sendKey, signingSecret, authorization, patienceSeconds, servedAt } = settings;
  for (const [name, value] of [
    ['Address (url)', address],
    ['Address of the state (statusUrl)', statusUrl],
  ]) {
    if (value === undefined) continue;
    const { username, password } = new URL(value);
    if (username || password) {
      const words = `${name}: holds a user name or password, which would be shown again. Use the Authorization field.`;
      throw new AppError('INVALID_SETTINGS', words);
    }
  }
  if (sendKey && !isSafe(address)) {
    const words = 'Address (url): the private key is not sent in clear. Use https, or do not send the key.';
    throw new AppError('INVALID_SETTINGS', words);
  }
  return {
    ...{ url: address, statusUrl: statusUrl ?? null, signingSecret, authorization, sendKey },
    patienceMs: patienceSeconds * 1000,
    trust: trustOf(settings),
    endpoints: endpointsOf(servedAt),
  };
}

/** What goes to this host itself crosses no network. */
function isSafe(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || /^(?:127\.[\d.]+|\[::1\]|localhost)$/.test(hostname);
}
