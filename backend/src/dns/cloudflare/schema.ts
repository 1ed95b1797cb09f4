import { z } from 'zod';

/** What is read of the answers of https://developers.cloudflare.com/api. */

export const Zone = z.object({ id: z.string(), name: z.string(), status: z.string().nullish() });
export type Zone = z.output<typeof Zone>;

export const DnsRecord = z.object({ id: z.string(), type: z.string(), name: z.string(), content: z.string() });
export type DnsRecord = z.output<typeof DnsRecord>;

/** Every answer to a request that was carried out. */
export const Success = z.object({ success: z.literal(true), result: z.unknown() });

const Trouble = z.object({ code: z.number(), message: z.string() });

/** Every answer to a request that was not. */
export const Refusal = z.object({
  errors: z.array(Trouble.extend({ error_chain: z.array(Trouble).nullish() })),
});

export function Page<Item extends z.ZodType>(item: Item) {
  return z.object({
    result: z.array(item),
    result_info: z.object({ total_pages: z.number().nullish() }).nullish(),
  });
}

/** What our own receipts hold. */
export const Handle = z.object({ zoneId: z.string(), recordId: z.string() });
export type Handle = z.output<typeof Handle>;
