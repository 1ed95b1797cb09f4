import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { choice, secret, text, url } from '../../plugins/fields.ts';
import type { Clock } from '../../plugins/plugin.ts';
import { isWithin, requireName } from '../names.ts';
import type { DnsPlugin, DnsProvider, TxtRecord } from '../provider.ts';
import { createGoogleDns, type GoogleDns, type GoogleZone } from './client.ts';
import { changeRecordSet, withoutValue, withValue } from './record-set.ts';

const settings = z.object({
  credentials: choice(['service-account-key', 'application-default'], {
    title: 'Credentials',
    choices: {
      'service-account-key': 'A key of a service account',
      'application-default': 'What the environment of certferry offers: on a Google host its service account',
    },
  }).default('service-account-key'),
  keyJson: secret({
    title: 'Service account key',
    help: 'The whole JSON file, as Google hands it out.',
    onlyWith: { credentials: 'service-account-key' },
  }).optional(),
  projectId: text({
    title: 'Project ID',
    help: 'That of the zones. Left empty: that of the key.',
    example: 'example-dns',
    private: true,
  }).optional(),
  managedZone: text({
    title: 'Zone name at Google',
    help: 'Only where the project has several public zones of one DNS name.',
    example: 'example-com',
    advanced: true,
  }).optional(),
  apiEndpoint: url({ title: 'API URL', advanced: true }).default('https://dns.googleapis.com'),
  tokenUri: url({
    title: 'Token URL',
    help: 'For a service account key. Left empty: that of the key.',
    advanced: true,
  }).optional(),
  caBundle: text({
    title: 'CA bundle',
    help: 'PEM. Only where a proxy signs for Google. Left empty: the CAs that Node.js trusts.',
    advanced: true,
  }).optional(),
});

export const google: DnsPlugin<typeof settings> = {
  id: 'google',
  title: 'Google Cloud DNS',
  summary: 'Public zones in Google Cloud DNS.',
  since: '0.1.0',
  links: {
    product: 'https://cloud.google.com/dns/docs',
    api: 'https://cloud.google.com/dns/docs/reference/rest/v1/changes',
  },
  settings,
  usesOwnHost: ({ credentials = 'service-account-key' }) => credentials !== 'service-account-key',
  caveats: [
    {
      text: 'All values of one name share one TTL. Where other values exist already, theirs stays in force.',
      link: 'https://cloud.google.com/dns/docs/reference/rest/v1/resourceRecordSets',
    },
  ],

  create(options, { http, clock }): DnsProvider {
    const { caBundle, managedZone } = options;
    const trust = caBundle ? ({ mode: 'bundle', caPem: caBundle } as const) : ({ mode: 'public' } as const);
    const dns = createGoogleDns(options, () => http({ trust }), clock);
    return {
      async check(signal) {
        return namesOf(await dns.zones(null, signal));
      },

      async present(record, signal) {
        const zone = await locate(dns, record, managedZone, signal);
        const at = { zone, fqdn: record.fqdn };
        const changeId = await changeRecordSet(dns, clock, at, (set) => withValue(set, record), signal);
        if (changeId !== null) await settled(dns, clock, zone, changeId, signal);
        return { handle: null };
      },

      async cleanUp(record, _receipt, signal) {
        const zone = await locate(dns, record, managedZone, signal);
        await changeRecordSet(dns, clock, { zone, fqdn: record.fqdn }, (set) => withoutValue(set, record), signal);
      },
    };
  },
};

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2000;
const PATIENCE_MS = 60_000;

/** Waits until Google says that all its name servers know the change. */
async function settled(
  dns: GoogleDns,
  clock: Clock,
  zone: GoogleZone,
  changeId: string,
  signal: AbortSignal,
): Promise<void> {
  const deadline = clock.now().getTime() + PATIENCE_MS;
  for (
    let wait = FIRST_WAIT_MS;
    !(await dns.isDone(zone, changeId, signal));
    wait = Math.min(2 * wait, LONGEST_WAIT_MS)
  ) {
    if (clock.now().getTime() >= deadline) {
      const words = `Google has not finished the change ${changeId} of ${zone.name} within ${PATIENCE_MS / 1000} s.`;
      throw new AppError('DNS_UNREACHABLE', words);
    }
    await clock.sleepUntil(new Date(clock.now().getTime() + wait), signal);
  }
}

async function locate(
  dns: GoogleDns,
  { fqdn, zone: wanted }: TxtRecord,
  id: string | undefined,
  signal: AbortSignal,
): Promise<GoogleZone> {
  const name = requireName(wanted);
  const all = isWithin(requireName(fqdn), name) ? await dns.zones(name, signal) : [];
  const found = all.length > 1 && id !== undefined ? all.filter((zone) => zone.id === id) : all;
  const [zone] = found;
  if (!zone) throw await noZone(dns, wanted, signal);
  if (found.length === 1) return zone;
  const ids = found.map((one) => one.id).join(', ');
  const words = `The Google project has several public zones ${name}: set the zone name at Google, one of ${ids}.`;
  throw new AppError('DNS_ZONE_NOT_FOUND', words);
}

function namesOf(zones: readonly GoogleZone[]): string[] {
  return [...new Set(zones.map(({ name }) => name))].sort();
}

const MOST_WORDS = 1000;

async function noZone(dns: GoogleDns, wanted: string, signal: AbortSignal): Promise<AppError> {
  const names = namesOf(await dns.zones(null, signal));
  const held = names.length > 0 ? `It has: ${names.join(', ').slice(0, MOST_WORDS)}.` : 'It has none.';
  return new AppError('DNS_ZONE_NOT_FOUND', `The Google project has no public zone ${wanted}. ${held}`);
}
