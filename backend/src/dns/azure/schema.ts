import { z } from 'zod';

/** What the SDK hands over of a zone and of a record set; only the fields that are used. */

export const zone = z.object({
  /** `/subscriptions/…/resourceGroups/NAME/providers/Microsoft.Network/dnszones/example.com`; Azure ignores case here. */
  id: z.string().regex(/\/resourceGroups\/[^/]+\//i),
  name: z.string().min(1),
  zoneType: z.enum(['Public', 'Private']).default('Public'),
});

export const txtRecordSet = z.object({
  etag: z.string().min(1),
  ttl: z.number().int().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  /** One entry for each value, cut into strings of at most 255 octets. */
  txtRecords: z.array(z.object({ value: z.array(z.string()) })).default([]),
});

export type TxtRecordSet = z.output<typeof txtRecordSet>;

const headers = z.custom<{ get(name: string): string | undefined }>(
  (value) => typeof value === 'object' && value !== null && 'get' in value,
);

/** An error of the SDK that carries an answer of Azure. */
export const answeredError = z.object({
  name: z.literal('RestError'),
  statusCode: z.number().int(),
  request: z.object({ method: z.string(), url: z.string(), headers }),
  response: z.object({ bodyAsText: z.string().nullish(), headers }),
});
