import { z } from 'zod';

/** What we read of https://doc.powerdns.com/authoritative/http-api/zone.html; names end with a dot. */

export const ZoneSummary = z.object({
  name: z.string(),
  /** `Native`, `Master`, `Slave`, `Producer`, `Consumer`; newer servers may say `Primary` and `Secondary`. */
  kind: z.string(),
});
export type ZoneSummary = z.output<typeof ZoneSummary>;

export const Zones = z.array(ZoneSummary);

export const RecordEntry = z.object({ content: z.string(), disabled: z.boolean().default(false) });
export type RecordEntry = Readonly<z.output<typeof RecordEntry>>;

export const Zone = ZoneSummary.extend({
  rrsets: z.array(
    z.object({ name: z.string(), type: z.string(), ttl: z.number().int(), records: z.array(RecordEntry) }),
  ),
});
