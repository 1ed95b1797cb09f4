import { AppError } from '../../domain/errors.ts';
import { isWithin } from '../names.ts';
import type { HostedZone, Route53 } from './client.ts';

/**
 * The hosted zone that holds a record.
 *
 * @throws AppError DNS_ZONE_NOT_FOUND naming the zones of the account; INVALID_SETTINGS when several zones could be meant.
 */
export async function findZone(
  route53: Route53,
  record: { readonly fqdn: string; readonly zone: string },
  configuredId: string | undefined,
): Promise<HostedZone> {
  if (configuredId !== undefined) return await configuredZone(route53, record.fqdn, configuredId);
  const candidates = (await route53.zones(record.zone)).filter(({ isPrivate }) => !isPrivate);
  const [only, another] = candidates;
  if (!only) throw await noZone(route53, record.zone);
  if (another) throw severalZones(record.zone, candidates);
  return only;
}

/** A private zone too, when it is named: a private CA may look there. */
async function configuredZone(route53: Route53, fqdn: string, id: string): Promise<HostedZone> {
  const zone = await route53.zone(id);
  if (isWithin(fqdn, zone.name)) return zone;
  throw new AppError('DNS_ZONE_NOT_FOUND', `${fqdn} is not in ${zone.name}, the hosted zone ${id} of the settings.`);
}

async function noZone(route53: Route53, name: string): Promise<AppError> {
  const zones = await route53.zones();
  const body = (zones.map(described).join(', ') || 'none').slice(0, 2000);
  const words = `This AWS account has no public hosted zone ${name}. Its zones: ${body.slice(0, 300)}.`;
  return new AppError('DNS_ZONE_NOT_FOUND', words, { evidence: { request: 'ListHostedZonesByName', body } });
}

function severalZones(name: string, zones: readonly HostedZone[]): AppError {
  const ids = zones.map(({ id }) => id).join(', ');
  const words = `This AWS account has ${zones.length} public hosted zones ${name}: ${ids}.`;
  const advice = 'Give the one that the domain is delegated to as Hosted zone ID.';
  return new AppError('INVALID_SETTINGS', `${words} ${advice}`);
}

function described({ name, isPrivate }: HostedZone): string {
  return isPrivate ? `${name} (private)` : name;
}
