import type { OrderTicket } from '../issuers/issuer.ts';

/** As long as Let's Encrypt keeps an order open: https://letsencrypt.org/docs/rate-limits/ */
const LONGEST_MS = 7 * 86_400_000;

/** Until when a person may place what proves the names: the end of the order, at most a week. */
export function manualPatience({ expires }: Pick<OrderTicket, 'expires'>, now: Date): Date {
  const latest = now.getTime() + LONGEST_MS;
  const end = expires === null ? Number.NaN : Date.parse(expires);
  return new Date(Number.isNaN(end) || end <= now.getTime() ? latest : Math.min(end, latest));
}
