import { z } from 'zod';

/** What we read of https://docs.aws.amazon.com/Route53/latest/APIReference/, as the SDK hands it over. Names end with a dot. */

export const HostedZone = z.object({
  /** With `/hostedzone/` before it. */
  Id: z.string(),
  Name: z.string(),
  Config: z.object({ PrivateZone: z.boolean().optional() }).optional(),
});

export const HostedZonesPage = z.object({
  HostedZones: z.array(HostedZone),
  IsTruncated: z.boolean(),
  /** Where the next page begins. */
  NextDNSName: z.string().optional(),
  NextHostedZoneId: z.string().optional(),
});

export const OneHostedZone = z.object({ HostedZone });

export const RecordSets = z.object({
  ResourceRecordSets: z.array(
    z.object({
      Name: z.string(),
      Type: z.string(),
      TTL: z.number().int().optional(),
      /** Only on sets with a routing policy. */
      SetIdentifier: z.string().optional(),
      /** Only on aliases, which have no values of their own. */
      AliasTarget: z.object({ DNSName: z.string() }).optional(),
      ResourceRecords: z.array(z.object({ Value: z.string() })).optional(),
    }),
  ),
});

export const Change = z.object({ ChangeInfo: z.object({ Id: z.string(), Status: z.enum(['PENDING', 'INSYNC']) }) });
export type ChangeInfo = z.output<typeof Change>['ChangeInfo'];

/** What we keep in a receipt. */
export const Handle = z.object({ hostedZoneId: z.string() });
