import type {
  GetChangeCommandInput,
  GetHostedZoneCommandInput,
  ListHostedZonesByNameCommandInput,
  ListResourceRecordSetsCommandInput,
  ResourceRecordSet,
  Route53Client,
} from '@aws-sdk/client-route-53';
import type { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import { canonical } from '../names.ts';
import { awsFailure, unreadable } from './failures.ts';
import { Change, type ChangeInfo, HostedZonesPage, OneHostedZone, RecordSets } from './schema.ts';
import { type AwsSettings, openRoute53 } from './session.ts';

/** A hosted zone; `name` is canonical (dns/names.ts). */
export interface HostedZone {
  readonly id: string;
  readonly name: string;
  readonly isPrivate: boolean;
}

/** All TXT values of one name. */
export interface TxtSet {
  readonly ttlSeconds: number;
  /** As Route 53 keeps them: quoted. */
  readonly values: readonly string[];
}

/**
 * Route 53 for the length of one call. Dispose it: that closes its connections.
 *
 * Every method throws AppError DNS_DENIED, DNS_REFUSED, DNS_RATE_LIMITED, DNS_UNREACHABLE or DNS_ZONE_NOT_FOUND.
 */
export class Route53 implements Disposable {
  readonly #client: Route53Client;
  readonly #secrets: readonly Secret[];
  readonly #signal: AbortSignal;

  private constructor(client: Route53Client, secrets: readonly Secret[], signal: AbortSignal) {
    this.#client = client;
    this.#secrets = secrets;
    this.#signal = signal;
  }

  /** `signal` ends every method with its reason. @throws AppError INVALID_SETTINGS */
  static async open(settings: AwsSettings, signal: AbortSignal): Promise<Route53> {
    signal.throwIfAborted();
    const { secretAccessKey } = settings;
    return new Route53(await openRoute53(settings), secretAccessKey ? [secretAccessKey] : [], signal);
  }

  [Symbol.dispose](): void {
    this.#client.destroy();
  }

  /** Every zone of the account, or with `name` those of this name, private ones among them. */
  async zones(name?: string): Promise<readonly HostedZone[]> {
    const found: HostedZone[] = [];
    let from: ListHostedZonesByNameCommandInput = name === undefined ? {} : { DNSName: `${name}.` };
    for (;;) {
      const page = await this.#zonesPage(from);
      const zones = page.HostedZones.map(zoneOf);
      found.push(...zones.filter((zone) => name === undefined || zone.name === name));
      const isPast = name !== undefined && zones.some((zone) => zone.name !== name);
      if (isPast || !page.IsTruncated) return found;
      from = { DNSName: page.NextDNSName, HostedZoneId: page.NextHostedZoneId };
    }
  }

  async zone(id: string): Promise<HostedZone> {
    const { GetHostedZoneCommand } = await import('@aws-sdk/client-route-53');
    const input: GetHostedZoneCommandInput = { Id: id };
    const answer = await this.#ask(`GetHostedZone ${id}`, OneHostedZone, (abortSignal) =>
      this.#client.send(new GetHostedZoneCommand(input), { abortSignal }),
    );
    return zoneOf(answer.HostedZone);
  }

  /** Null when the name has none. What is not yet on every server counts. @throws AppError DNS_REFUSED for an alias. */
  async txtSet(zoneId: string, fqdn: string): Promise<TxtSet | null> {
    const { ListResourceRecordSetsCommand } = await import('@aws-sdk/client-route-53');
    const input: ListResourceRecordSetsCommandInput = {
      HostedZoneId: zoneId,
      StartRecordName: `${fqdn}.`,
      StartRecordType: 'TXT',
      MaxItems: 1,
    };
    const answer = await this.#ask(`ListResourceRecordSets ${fqdn} TXT`, RecordSets, (abortSignal) =>
      this.#client.send(new ListResourceRecordSetsCommand(input), { abortSignal }),
    );
    const [first] = answer.ResourceRecordSets;
    if (first?.Type !== 'TXT' || canonical(first.Name) !== fqdn) return null;
    const { TTL: ttlSeconds, ResourceRecords: records, SetIdentifier, AliasTarget } = first;
    if (ttlSeconds === undefined || !records || SetIdentifier) {
      const kind = AliasTarget ? `an alias for ${AliasTarget.DNSName}` : `part of a routing policy (${SetIdentifier})`;
      throw new AppError(
        'DNS_REFUSED',
        `The TXT record of ${fqdn} in Route 53 is ${kind}, which certferry leaves alone.`,
      );
    }
    return { ttlSeconds, values: records.map(({ Value }) => Value) };
  }

  /** Makes `set` the TXT values of the name. */
  upsert(zoneId: string, fqdn: string, set: TxtSet): Promise<ChangeInfo> {
    return this.#change('UPSERT', zoneId, fqdn, set);
  }

  /** @throws AppError DNS_REFUSED (`isInvalidChange`) when the values of the name are no longer exactly `set`. */
  removeExactly(zoneId: string, fqdn: string, set: TxtSet): Promise<ChangeInfo> {
    return this.#change('DELETE', zoneId, fqdn, set);
  }

  async change(id: string): Promise<ChangeInfo> {
    const { GetChangeCommand } = await import('@aws-sdk/client-route-53');
    const input: GetChangeCommandInput = { Id: id };
    const answer = await this.#ask(`GetChange ${id}`, Change, (abortSignal) =>
      this.#client.send(new GetChangeCommand(input), { abortSignal }),
    );
    return answer.ChangeInfo;
  }

  async #change(action: 'UPSERT' | 'DELETE', zoneId: string, fqdn: string, set: TxtSet): Promise<ChangeInfo> {
    const { ChangeResourceRecordSetsCommand } = await import('@aws-sdk/client-route-53');
    const records: ResourceRecordSet = {
      Name: `${fqdn}.`,
      Type: 'TXT',
      TTL: set.ttlSeconds,
      ResourceRecords: set.values.map((Value) => ({ Value })),
    };
    const ChangeBatch = { Changes: [{ Action: action, ResourceRecordSet: records }] };
    const answer = await this.#ask(`ChangeResourceRecordSets: ${action} ${fqdn} TXT`, Change, (abortSignal) =>
      this.#client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch }), { abortSignal }),
    );
    return answer.ChangeInfo;
  }

  async #zonesPage(input: ListHostedZonesByNameCommandInput) {
    const { ListHostedZonesByNameCommand } = await import('@aws-sdk/client-route-53');
    return await this.#ask('ListHostedZonesByName', HostedZonesPage, (abortSignal) =>
      this.#client.send(new ListHostedZonesByNameCommand(input), { abortSignal }),
    );
  }

  async #ask<Schema extends z.ZodType>(
    request: string,
    schema: Schema,
    send: (abortSignal: AbortSignal) => Promise<unknown>,
  ): Promise<z.output<Schema>> {
    const answer = await this.#unlessAborted(send).catch((err: unknown) => {
      this.#signal.throwIfAborted();
      throw awsFailure(err, request, this.#secrets);
    });
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw unreadable(request, parsed.error);
  }

  /** The SDK does not look at the signal while it fetches credentials. */
  async #unlessAborted<Result>(act: (abortSignal: AbortSignal) => Promise<Result>): Promise<Result> {
    const signal = this.#signal;
    signal.throwIfAborted();
    let aborted = () => {};
    const abortion = new Promise<never>((_, reject) => {
      aborted = () => reject(signal.reason);
    });
    signal.addEventListener('abort', aborted, { once: true });
    try {
      return await Promise.race([act(signal), abortion]);
    } finally {
      signal.removeEventListener('abort', aborted);
    }
  }
}

function zoneOf({ Id, Name, Config }: z.output<typeof OneHostedZone>['HostedZone']): HostedZone {
  return { id: Id.replace(/^\/hostedzone\//, ''), name: canonical(Name), isPrivate: Config?.PrivateZone === true };
}
