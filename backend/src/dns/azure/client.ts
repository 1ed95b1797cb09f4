import type { DnsManagementClient } from '@azure/arm-dns';
import { AppError } from '../../domain/errors.ts';
import type { HttpClient } from '../../plugins/http.ts';
import { canonical } from '../names.ts';
import { type Login, openCredential } from './credentials.ts';
import { armFailure, statusOf } from './failures.ts';
import { type TxtRecordSet, txtRecordSet, zone as zoneSchema } from './schema.ts';
import { azureHttp, type Trouble } from './transport.ts';

export interface AzureZone {
  readonly name: string;
  readonly resourceGroup: string;
}

/** A TXT record set, by its name relative to the zone (`@`: the zone itself). */
export interface RecordSetAt {
  readonly zone: AzureZone;
  readonly name: string;
}

/** Zones and TXT record sets of one subscription. Every call may throw DNS_DENIED, DNS_REFUSED, DNS_RATE_LIMITED, DNS_UNREACHABLE. */
export interface AzureDns {
  /** The public zones, of the resource group if one is set. */
  zones(signal: AbortSignal): Promise<readonly AzureZone[]>;

  /** The public zones of this name: none, one, or more when no resource group is set. */
  zonesNamed(name: string, signal: AbortSignal): Promise<readonly AzureZone[]>;

  /** Null when there is none. */
  read(at: RecordSetAt, signal: AbortSignal): Promise<TxtRecordSet | null>;

  /** Creates the set, or replaces the one that has the etag of `set`. False when somebody else was faster. */
  write(at: RecordSetAt, set: Omit<TxtRecordSet, 'etag'>, etag: string | null, signal: AbortSignal): Promise<boolean>;

  /** Removes the set with this etag. False when somebody else was faster. */
  remove(at: RecordSetAt, etag: string, signal: AbortSignal): Promise<boolean>;
}

export interface AzureDnsOptions extends Login {
  readonly subscriptionId: string;
  readonly resourceGroup?: string | undefined;
  /** Without a slash at the end. */
  readonly armEndpoint: string;
}

export function createAzureDns(options: AzureDnsOptions, http: () => HttpClient): AzureDns {
  const { resourceGroup } = options;
  let opened: Promise<DnsManagementClient> | null = null;

  /** Runs `work`, and ends with the signal's reason when it aborts, even while a login is under way. */
  async function ask<T>(signal: AbortSignal, work: (client: DnsManagementClient) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    opened ??= open(options, http());
    try {
      return await untilAborted(opened.then(work), signal);
    } catch (err) {
      signal.throwIfAborted();
      throw armFailure(err);
    }
  }

  function zones(signal: AbortSignal): Promise<readonly AzureZone[]> {
    return ask(signal, async (client) => {
      const given = { abortSignal: signal };
      const pages = resourceGroup ? client.zones.listByResourceGroup(resourceGroup, given) : client.zones.list(given);
      const found: AzureZone[] = [];
      for await (const zone of pages) found.push(...publicZone(zone));
      return found;
    });
  }

  async function zonesNamed(name: string, signal: AbortSignal): Promise<readonly AzureZone[]> {
    if (!resourceGroup) return (await zones(signal)).filter((zone) => zone.name === name);
    const found = await ask(signal, (client) =>
      orNull(404, () => client.zones.get(resourceGroup, name, { abortSignal: signal })),
    );
    return found ? publicZone(found) : [];
  }

  return {
    zones,
    zonesNamed,
    async read({ zone, name }, signal) {
      const set = await ask(signal, (client) =>
        orNull(404, () => client.recordSets.get(zone.resourceGroup, zone.name, name, 'TXT', { abortSignal: signal })),
      );
      return set ? parsed(txtRecordSet, set) : null;
    },
    async write({ zone, name }, set, etag, signal) {
      const condition = etag === null ? { ifNoneMatch: '*' } : { ifMatch: etag };
      const { ttl, metadata, txtRecords } = set;
      const body = { ...(ttl === undefined ? {} : { ttl }), ...(metadata ? { metadata } : {}), txtRecords };
      const written = await ask(signal, (client) =>
        orNull(412, () =>
          client.recordSets.createOrUpdate(zone.resourceGroup, zone.name, name, 'TXT', body, {
            ...condition,
            abortSignal: signal,
          }),
        ),
      );
      return written !== null;
    },
    async remove({ zone, name }, etag, signal) {
      const options = { ifMatch: etag, abortSignal: signal };
      const removed = await ask(signal, (client) =>
        orNull(412, async () => {
          await client.recordSets.delete(zone.resourceGroup, zone.name, name, 'TXT', options);
          return true;
        }),
      );
      return removed !== null;
    },
  };
}

async function open(options: AzureDnsOptions, http: HttpClient): Promise<DnsManagementClient> {
  const { DnsManagementClient: Client } = await import('@azure/arm-dns');
  const trouble: Trouble = { last: null };
  const httpClient = azureHttp(http, trouble);
  const credential = await openCredential(options, httpClient, trouble);
  return new Client(credential, options.subscriptionId, {
    endpoint: options.armEndpoint,
    $host: options.armEndpoint,
    httpClient,
    retryOptions: { maxRetries: 0 },
  });
}

/** `work`, or null where Azure answers with `status`. */
async function orNull<T>(status: number, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (err) {
    if (statusOf(err) === status) return null;
    throw err;
  }
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function publicZone(answer: unknown): readonly AzureZone[] {
  const { id, name, zoneType } = parsed(zoneSchema, answer);
  const resourceGroup = /\/resourceGroups\/([^/]+)\//i.exec(id)?.[1];
  return zoneType === 'Public' && resourceGroup ? [{ name: canonical(name), resourceGroup }] : [];
}

function parsed<T>(schema: { safeParse(input: unknown): { success: boolean; data?: T } }, answer: unknown): T {
  const result = schema.safeParse(answer);
  if (result.success && result.data !== undefined) return result.data;
  throw new AppError('DNS_UNREACHABLE', 'Azure answered in a way that certferry does not understand.', {
    evidence: { body: JSON.stringify(answer).slice(0, 2000) },
  });
}
