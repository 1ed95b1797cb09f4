import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { sleep } from '../../plugins/clock.ts';
import { secret, text, url } from '../../plugins/fields.ts';
import type { PluginDeps } from '../../plugins/plugin.ts';
import { requireName } from '../names.ts';
import type { DnsPlugin, DnsProvider, DnsReceipt, TxtRecord } from '../provider.ts';
import { inTurn } from '../turns.ts';
import { Route53, type TxtSet } from './client.ts';
import { isInvalidChange } from './failures.ts';
import { type ChangeInfo, Handle } from './schema.ts';
import { quoteTxt } from './txt.ts';
import { findZone } from './zone.ts';

const settings = z.object({
  accessKeyId: text({
    title: 'Access key ID',
    help: 'Left empty: the AWS SDK looks for credentials itself, in the environment, in ~/.aws, and at the container or instance.',
    example: 'AKIAIOSFODNN7EXAMPLE',
    private: true,
  }).optional(),
  secretAccessKey: secret({ title: 'Secret access key' }).optional(),
  roleArn: text({
    title: 'Role to assume',
    help: 'Where the zone belongs to another account, or to keep the key itself without rights.',
    example: 'arn:aws:iam::123456789012:role/certferry',
    private: true,
  }).optional(),
  externalId: text({
    title: 'External ID',
    help: 'Where the trust policy of the role asks for one.',
    private: true,
  }).optional(),
  hostedZoneId: text({
    title: 'Hosted zone ID',
    help: 'Only where the account has several public zones of one name, for a private zone, or where the key may not list zones.',
    example: 'Z148QEXAMPLE8V',
    private: true,
    advanced: true,
  }).optional(),
  region: text({
    title: 'Region',
    help: 'Route 53 is in us-east-1 for all the world but China (cn-north-1) and GovCloud (us-gov-west-1).',
    advanced: true,
  }).default('us-east-1'),
  endpoint: url({ title: 'API URL', help: 'Left empty: that of AWS in this region.', advanced: true }).optional(),
  stsEndpoint: url({
    title: 'STS URL',
    help: 'Where roles are assumed. Left empty: the API URL if there is one, otherwise that of AWS.',
    advanced: true,
  }).optional(),
});
type Settings = z.output<typeof settings>;

/** How often a set that somebody else keeps changing is written. */
const MAX_WRITES = 4;
/** AWS says that 60 seconds are usual. After this the propagation check says which server lags. */
const SYNC_PATIENCE_MS = 180_000;
const FIRST_POLL_MS = 500;
const SLOWEST_POLL_MS = 5000;

export const route53: DnsPlugin<typeof settings> = {
  id: 'route53',
  title: 'Amazon Route 53',
  summary: 'Challenge records in public hosted zones of an AWS account.',
  since: '0.1.0',
  links: {
    product: 'https://aws.amazon.com/route53/',
    api: 'https://docs.aws.amazon.com/Route53/latest/APIReference/',
  },
  settings,
  usesOwnHost: ({ accessKeyId }) => !accessKeyId,
  caveats: [
    {
      text: 'Route 53 limits API requests for a whole account: 50 at once, then about 10 a second. Whatever else uses the account counts too.',
      link: 'https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests',
    },
  ],

  create(options, { clock, log }): DnsProvider {
    return {
      async check(signal) {
        using aws = await Route53.open(options, signal);
        if (options.hostedZoneId !== undefined) return [(await aws.zone(zoneIdOf(options.hostedZoneId))).name];
        const open = (await aws.zones()).filter(({ isPrivate }) => !isPrivate);
        return [...new Set(open.map(({ name }) => name))];
      },

      async present(record, signal) {
        using aws = await Route53.open(options, signal);
        const hostedZoneId = await locate(aws, record, null, options);
        const change = await takeTurn(hostedZoneId, record, () => add(aws, hostedZoneId, record), signal);
        if (change) await untilInSync(aws, change, { clock, log }, signal);
        return { handle: { hostedZoneId } };
      },

      async cleanUp(record, receipt, signal) {
        using aws = await Route53.open(options, signal);
        const hostedZoneId = await locate(aws, record, receipt, options);
        await takeTurn(hostedZoneId, record, () => remove(aws, hostedZoneId, record), signal);
      },
    };
  },
};

/** The ID of the zone that holds the record. A receipt saves the question. */
async function locate(aws: Route53, record: TxtRecord, receipt: DnsReceipt | null, options: Settings): Promise<string> {
  const kept = Handle.safeParse(receipt?.handle);
  if (kept.success) return kept.data.hostedZoneId;
  const subject = { fqdn: requireName(record.fqdn), zone: requireName(record.zone) };
  const configured = options.hostedZoneId === undefined ? undefined : zoneIdOf(options.hostedZoneId);
  return (await findZone(aws, subject, configured)).id;
}

/** IDs of hosted zones are unique in the world, so they stand for the account as well. */
function takeTurn<Result>(zoneId: string, { fqdn }: TxtRecord, act: () => Promise<Result>, signal: AbortSignal) {
  return inTurn(JSON.stringify(['route53', zoneId, fqdn]), act, signal);
}

/** Asks, writes and asks again until the value is there. Null when it was there before. */
async function add(aws: Route53, zoneId: string, { fqdn, value, ttlSeconds }: TxtRecord): Promise<ChangeInfo | null> {
  const quoted = quoteTxt(value);
  let change: ChangeInfo | null = null;
  for (let writes = 0; ; writes += 1) {
    const set: TxtSet = (await aws.txtSet(zoneId, fqdn)) ?? { ttlSeconds, values: [] };
    if (set.values.includes(quoted)) return change;
    if (writes === MAX_WRITES) throw overwritten(fqdn);
    change = await aws.upsert(zoneId, fqdn, { ...set, values: [...set.values, quoted] });
  }
}

/** Asks, writes and asks again until the value is gone. */
async function remove(aws: Route53, zoneId: string, { fqdn, value }: TxtRecord): Promise<void> {
  const quoted = quoteTxt(value);
  for (let writes = 0; ; writes += 1) {
    const set = await aws.txtSet(zoneId, fqdn);
    if (!set?.values.includes(quoted)) return;
    if (writes === MAX_WRITES) throw overwritten(fqdn);
    const values = set.values.filter((other) => other !== quoted);
    if (values.length > 0) await aws.upsert(zoneId, fqdn, { ...set, values });
    else await aws.removeExactly(zoneId, fqdn, set).catch(orThrow(writes + 1 < MAX_WRITES));
  }
}

/** A set that changed between question and removal is looked at again. */
function orThrow(again: boolean) {
  return (err: unknown) => {
    if (!again || !isInvalidChange(err)) throw err;
  };
}

async function untilInSync(
  aws: Route53,
  change: ChangeInfo,
  { clock, log }: Pick<PluginDeps, 'clock' | 'log'>,
  signal: AbortSignal,
): Promise<void> {
  const end = clock.now().getTime() + SYNC_PATIENCE_MS;
  let { Status: status } = change;
  for (let pauseMs = FIRST_POLL_MS; status !== 'INSYNC'; pauseMs = Math.min(pauseMs * 2, SLOWEST_POLL_MS)) {
    if (clock.now().getTime() >= end) {
      log.warn({ change: change.Id, patienceMs: SYNC_PATIENCE_MS }, 'Route 53 has not finished a change in time');
      return;
    }
    await sleep(clock, pauseMs, signal);
    status = (await aws.change(change.Id)).Status;
  }
}

/** The console shows the ID alone, the API puts `/hostedzone/` before it. */
function zoneIdOf(configured: string): string {
  return configured.replace(/^\/?hostedzone\//, '');
}

function overwritten(fqdn: string): AppError {
  return new AppError('DNS_REFUSED', `Another program keeps changing the TXT records of ${fqdn} in Route 53.`);
}
