import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { choice, integer, port, secret, text } from '../../plugins/fields.ts';
import { isWithin, requireName } from '../names.ts';
import type { DnsPlugin, DnsProvider, TxtRecord } from '../provider.ts';
import { createUpdateClient } from './client.ts';
import { addTxt, deleteTxt, unlessAlias, unlessInUse } from './update.ts';

const settings = z.object({
  server: text({
    title: 'Server',
    help: 'The primary server of the zone: the one that takes changes.',
    example: 'ns1.example.com',
    private: true,
  }),
  port: port({ title: 'Port', advanced: true }).default(53),
  keyName: text({ title: 'Key name', help: 'The name of the TSIG key on the server.', example: 'certferry' }),
  keySecret: secret({ title: 'Key secret', help: 'Base64, as tsig-keygen prints it.' }),
  algorithm: choice(['hmac-sha256', 'hmac-sha512'], {
    title: 'Algorithm',
    choices: { 'hmac-sha256': 'HMAC-SHA256', 'hmac-sha512': 'HMAC-SHA512' },
  }).default('hmac-sha256'),
  transport: choice(['udp', 'tcp'], {
    title: 'Transport',
    choices: { udp: 'UDP, and TCP when an answer is too long', tcp: 'TCP' },
    advanced: true,
  }).default('udp'),
  zone: text({
    title: 'Zone',
    help: 'Only where the server knows the zone under another name than the Internet does. Otherwise certferry finds it.',
    example: 'example.com',
    advanced: true,
  }).optional(),
  ttl: integer(
    { title: 'TTL', help: 'Seconds. Left empty: what the renewal asks for.', advanced: true },
    { min: 1, max: 86_400 },
  ).optional(),
});

export const rfc2136: DnsPlugin<typeof settings> = {
  id: 'rfc2136',
  title: 'Dynamic update (RFC 2136)',
  summary: 'Signed updates to a name server of your own: BIND, Knot, PowerDNS and others.',
  since: '0.1.0',
  links: {
    product: 'https://www.rfc-editor.org/rfc/rfc2136',
    api: 'https://www.rfc-editor.org/rfc/rfc8945',
  },
  settings,
  caveats: [
    {
      text: 'Microsoft DNS signs updates with Kerberos (GSS-TSIG), which certferry does not speak. Delegate the challenge name by CNAME instead.',
      link: 'https://www.rfc-editor.org/rfc/rfc3645',
    },
  ],

  create(options, { clock }): DnsProvider {
    // Names are read when they are used: a bad one must surface in `check`.
    const client = () =>
      createUpdateClient({
        server: { address: options.server, port: options.port },
        transport: options.transport,
        key: { name: requireName(options.keyName), algorithm: options.algorithm, secret: options.keySecret },
        clock,
      });
    const zoneOf = (record: TxtRecord) => zoneFor(record, options.zone);

    return {
      async check(signal) {
        if (options.zone === undefined) {
          await client().probeKey(signal);
          return [];
        }
        const zone = requireName(options.zone);
        await client().probe({ zone, prerequisites: [unlessInUse(zone)] }, signal);
        return [zone];
      },

      async present(record, signal) {
        const { fqdn, value, ttlSeconds } = record;
        const changes = [addTxt(requireName(fqdn), value, options.ttl ?? ttlSeconds)];
        const update = { zone: zoneOf(record), prerequisites: [unlessAlias(fqdn)], changes };
        await client().update(update, `add ${fqdn} TXT`, signal);
        return { handle: null };
      },

      async cleanUp(record, _receipt, signal) {
        const changes = [deleteTxt(requireName(record.fqdn), record.value)];
        await client().update({ zone: zoneOf(record), changes }, `delete ${record.fqdn} TXT`, signal);
      },
    };
  },
};

function zoneFor({ fqdn, zone }: TxtRecord, configured: string | undefined): string {
  const chosen = requireName(configured ?? zone);
  if (isWithin(fqdn, chosen)) return chosen;
  throw new AppError('DNS_ZONE_NOT_FOUND', `${fqdn} is not in the zone ${chosen} of the settings.`);
}
