import { z } from 'zod';

/** What is read of the answers of https://docs.digitalocean.com/reference/api/ (domains and domain records). */

/** Of every list. `next` is there as long as there are more pages. */
const Links = z.object({ pages: z.object({ next: z.string().nullish() }).nullish() }).nullish();

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly isLast: boolean;
}

function pageOf<Item>(items: readonly Item[], links: z.output<typeof Links>): Page<Item> {
  return { items, isLast: items.length === 0 || !links?.pages?.next };
}

export const Domains = z
  .object({ domains: z.array(z.object({ name: z.string() })), links: Links })
  .transform(({ domains, links }) => pageOf(domains, links));

export const DomainRecord = z.object({
  id: z.number().int(),
  type: z.string(),
  /** Relative to the domain; `@` is the domain itself. */
  name: z.string(),
  data: z.string(),
});
export type DomainRecord = z.output<typeof DomainRecord>;

export const DomainRecords = z
  .object({ domain_records: z.array(DomainRecord), links: Links })
  .transform(({ domain_records, links }) => pageOf(domain_records, links));

export const OneDomainRecord = z.object({ domain_record: DomainRecord });

/** What our own receipts hold. */
export const Handle = z.object({ recordId: z.number().int() });
