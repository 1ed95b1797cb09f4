import { z } from 'zod';
import { type DnsPlugin, SLOW_SERVICE_MS } from '../provider.ts';

const settings = z.object({});

export const manual: DnsPlugin<typeof settings> = {
  id: 'manual',
  title: 'By hand',
  summary: 'A person publishes the challenge record, and certferry waits and checks.',
  since: '0.1.0',
  links: {
    product: 'https://letsencrypt.org/docs/challenge-types/#dns-01-challenge',
    api: 'https://www.rfc-editor.org/rfc/rfc8555#section-8.4',
  },
  settings,
  caveats: [
    {
      text: 'Somebody has to be there at each renewal. A CNAME to a zone that certferry can write ends that.',
      link: 'https://letsencrypt.org/docs/challenge-types/#dns-01-challenge',
    },
  ],
  create: () => ({
    manual: true,
    afterwards: 'delete it by hand',
    propagationTimeoutMs: SLOW_SERVICE_MS,
    check: async () => [],
    present: async () => ({ handle: null }),
    cleanUp: async () => {},
  }),
};
