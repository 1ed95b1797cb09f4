import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { integer, secret, text } from '../../plugins/fields.ts';
import { type DnsPlugin, type DnsProvider, SLOW_SERVICE_MS, type TxtRecord } from '../provider.ts';
import { inTurn } from '../turns.ts';
import { callScript } from './client.ts';

const settings = z.object({
  home: text({
    title: 'Folder of acme.sh',
    help: 'Where acme.sh is installed on this host. certferry changes nothing in it.',
    example: '/root/.acme.sh',
    private: true,
  })
    .refine(isAbsolute, 'must be an absolute path')
    .refine((path) => !/\s/.test(path), 'must not have spaces, which acme.sh does not take'),
  provider: text({ title: 'Script', help: 'As after --dns of acme.sh.', example: 'dns_cf' }).regex(
    /^dns_[A-Za-z0-9_]+$/,
    'must be the name of a script, such as dns_cf',
  ),
  credentials: secret({
    title: 'Credentials',
    help: 'The variables that the page of the script names, one NAME=value on each line.',
    example: 'CF_Token=…',
  }).optional(),
  timeoutSeconds: integer(
    { title: 'Time limit', help: 'Seconds for one call.', advanced: true },
    { min: 1, max: 900 },
  ).default(120),
});

export const acmeSh: DnsPlugin<typeof settings> = {
  id: 'acme-sh',
  title: 'acme.sh script',
  summary: 'Any of the DNS scripts of an acme.sh that is installed on this host.',
  since: '0.1.0',
  links: {
    product: 'https://github.com/acmesh-official/acme.sh/wiki/dnsapi',
    api: 'https://github.com/acmesh-official/acme.sh/wiki/DNS-API-Dev-Guide',
  },
  settings,
  usesOwnHost: () => true,
  caveats: [
    {
      text: 'A script says only yes or no: wrong credentials and a missing zone look alike until one reads its words. The test button loads the script but cannot prove the credentials.',
      link: 'https://github.com/acmesh-official/acme.sh/wiki/DNS-API-Dev-Guide',
    },
    {
      text: 'Scripts find the zone in their own way, and what becomes of other values of the same name is up to them.',
      link: 'https://github.com/acmesh-official/acme.sh/wiki/DNS-API-Dev-Guide',
    },
    {
      text: 'What a script saves while it publishes is gone when it cleans up. The few that need it there cannot remove their record.',
      link: 'https://github.com/acmesh-official/acme.sh/wiki/DNS-API-Dev-Guide',
    },
  ],

  create(options): DnsProvider {
    // Some scripts read a whole zone, change it and write it back.
    const alone = (action: 'add' | 'rm', { fqdn, value, zone }: TxtRecord, signal: AbortSignal) =>
      inTurn(
        `acme-sh ${options.home} ${options.provider} ${zone}`,
        () => callScript(options, { action, fqdn, value }, signal),
        signal,
      );

    return {
      propagationTimeoutMs: SLOW_SERVICE_MS,
      async check(signal) {
        await callScript(options, null, signal);
        return [];
      },

      async present(record, signal) {
        await alone('add', record, signal);
        return { handle: null };
      },

      async cleanUp(record, _receipt, signal) {
        await alone('rm', record, signal);
      },
    };
  },
};
