import { z } from 'zod';

// Fill in: the description of your service's API, and of its answers only the fields that client.ts reads.
/** What is read of the answers of https://api.example.com/docs. */

/** A list comes in pages; `next_page` is null on the last one. */
const NextPage = z.number().int().nullable();

export const Zone = z.object({ id: z.string(), name: z.string() });
export type Zone = Readonly<z.output<typeof Zone>>;

export const ZonePage = z
  .object({ zones: z.array(Zone), next_page: NextPage })
  .transform(({ zones, next_page }) => ({ items: zones, nextPage: next_page }));

/** `name` is absolute, with a dot at its end; so are the names of zones. */
export const DnsRecord = z.object({ id: z.string(), type: z.string(), name: z.string(), content: z.string() });
export type DnsRecord = Readonly<z.output<typeof DnsRecord>>;

export const RecordPage = z
  .object({ records: z.array(DnsRecord), next_page: NextPage })
  .transform(({ records, next_page }) => ({ items: records, nextPage: next_page }));

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextPage: number | null;
}
