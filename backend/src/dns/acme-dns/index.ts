import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { secret, text, url } from '../../plugins/fields.ts';
import type { HttpClient } from '../../plugins/http.ts';
import { trustFields, trustOf } from '../../plugins/trust.ts';
import { parseEndpoint } from '../endpoint.ts';
import { requireName } from '../names.ts';
import type { DnsPlugin, DnsProvider } from '../provider.ts';
import { query } from '../query.ts';
import { createAccountClient } from './client.ts';
import { cnameInstructions } from './register.ts';

const settings = z.object({
  serverUrl: url({ title: 'Server', help: 'The HTTP API of acme-dns.', example: 'https://auth.example.org' }),
  username: text({ title: 'User name', help: 'From the registration.', private: true }),
  password: secret({ title: 'Password', help: 'From the registration. acme-dns shows it once.' }),
  subdomain: text({ title: 'Subdomain', help: 'From the registration.', private: true }),
  fulldomain: text({
    title: 'Full domain',
    help: 'From the registration. _acme-challenge of each name is a CNAME to it.',
    example: 'd420c923-bbd7-4056-ab64-c3ca54c9b3cf.auth.example.org',
    private: true,
  }),
  nameServer: text({
    title: 'DNS of the server',
    help: 'host:port of its DNS side. certferry then looks before it publishes, and sends no value a second time.',
    example: 'auth.example.org:53',
    advanced: true,
  }).optional(),
  ...trustFields,
});

/** Milliseconds. */
const LOOK_MS = 2000;

export const acmeDns: DnsPlugin<typeof settings> = {
  id: 'acme-dns',
  title: 'acme-dns',
  summary: 'A small server for challenge records alone, reached by a CNAME from the names of any zone.',
  since: '0.1.0',
  links: {
    product: 'https://github.com/joohoi/acme-dns',
    api: 'https://github.com/joohoi/acme-dns#api',
  },
  settings,
  caveats: [
    {
      text: 'An account keeps the last two values of its one name and cannot delete any. Register an account for each name: a third value pushes out the first.',
      link: 'https://github.com/joohoi/acme-dns#update-endpoint',
    },
  ],

  create(options, { http, clock }): DnsProvider {
    let made: HttpClient | null = null;
    const client = () => {
      made ??= http({ trust: trustOf(options) });
      return createAccountClient(options, made, clock);
    };
    const fulldomain = () => requireName(options.fulldomain);

    return {
      afterwards: 'acme-dns keeps it until newer ones take its place',

      async check(signal) {
        const zone = fulldomain();
        await client().probe(signal);
        return [zone];
      },

      async present({ fqdn, value }, signal) {
        signal.throwIfAborted();
        if (fqdn !== fulldomain()) throw notOurs(fqdn, options.fulldomain);
        if (!(await isThere(options.nameServer, fqdn, value, signal))) await client().update(value, signal);
        return { handle: null };
      },

      /** acme-dns has no request for it. The value stays until two newer ones have pushed it out, and is worth nothing. */
      async cleanUp() {},
    };
  },
};

/** A value sent twice would take the place of its neighbour, apex or wildcard. Doubt means no. */
async function isThere(
  nameServer: string | undefined,
  fqdn: string,
  value: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (nameServer === undefined) return false;
  const server = parseEndpoint(nameServer);
  const question = { name: fqdn, type: 'TXT' } as const;
  const reply = await query(server, question, { timeoutMs: LOOK_MS, recursionDesired: false }, signal).catch(() => {
    signal.throwIfAborted();
    return null;
  });
  return reply?.answers.some((record) => record.type === 'TXT' && record.data === value) ?? false;
}

function notOurs(fqdn: string, fulldomain: string): AppError {
  return new AppError(
    'DNS_ZONE_NOT_FOUND',
    `This account of acme-dns holds ${fulldomain} and not ${fqdn}. ${cnameInstructions(fqdn, fulldomain)}`,
  );
}
