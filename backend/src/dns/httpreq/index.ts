import { z } from 'zod';
import { secret, text, url } from '../../plugins/fields.ts';
import type { HttpClient } from '../../plugins/http.ts';
import { trustFields, trustOf } from '../../plugins/trust.ts';
import { type DnsPlugin, type DnsProvider, SLOW_SERVICE_MS } from '../provider.ts';
import { createHttpreqClient } from './client.ts';

const settings = z.object({
  endpoint: url({
    title: 'Endpoint',
    help: 'certferry posts to /present and /cleanup below it.',
    example: 'https://dns-gateway.example.com/acme',
    private: true,
  }),
  username: text({ title: 'User name', help: 'For basic authentication. Left empty: none.' }).optional(),
  password: secret({ title: 'Password', help: 'For basic authentication.' }).optional(),
  ...trustFields,
});

export const httpreq: DnsPlugin<typeof settings> = {
  id: 'httpreq',
  title: 'HTTP request',
  summary: 'A service of your own that takes the JSON requests which lego calls httpreq.',
  since: '0.1.0',
  links: {
    product: 'https://go-acme.github.io/lego/dns/httpreq/',
    api: 'https://go-acme.github.io/lego/dns/httpreq/#description',
  },
  settings,
  caveats: [
    {
      text: 'Only the default mode. RAW mode sends the key authorization, which certferry does not hand to DNS services.',
      link: 'https://go-acme.github.io/lego/dns/httpreq/#mode',
    },
    {
      text: 'The contract has no request for zones, so a name that the service does not know shows only when a record is published.',
      link: 'https://go-acme.github.io/lego/dns/httpreq/#description',
    },
  ],

  create(options, { http, clock }): DnsProvider {
    let made: HttpClient | null = null;
    const client = () => {
      made ??= http({ trust: trustOf(options) });
      return createHttpreqClient(options, made, clock);
    };

    return {
      propagationTimeoutMs: SLOW_SERVICE_MS,
      async check(signal) {
        await client().probe(signal);
        return [];
      },

      async present({ fqdn, value }, signal) {
        await client().send('present', fqdn, value, signal);
        return { handle: null };
      },

      async cleanUp({ fqdn, value }, _receipt, signal) {
        await client().send('cleanup', fqdn, value, signal);
      },
    };
  },
};
