import { productTitle } from '../appliances/product.ts';
import { groupBy } from '../domain/group.ts';
import type { ExpiryDay } from '../store/overview.ts';

const DAY_MS = 86_400_000;

export interface Lane {
  readonly product: string;
  readonly title: string;
  readonly total: number;
  readonly expired: number;
  readonly later: number;
  readonly days: readonly { readonly day: number; readonly count: number; readonly due: number }[];
}

/** One lane for each product, with what ends on each of the next `horizon` days after `now` (ISO 8601). */
export function lanesOf(ends: readonly ExpiryDay[], now: string, horizon: number): readonly Lane[] {
  const today = Date.parse(now.slice(0, 10));
  const dayOf = ({ date, expired }: ExpiryDay) => (expired ? -1 : (Date.parse(date) - today) / DAY_MS);
  return [...groupBy(ends, ({ product }) => product)].map(([product, all]) => ({
    product,
    title: productTitle(product),
    total: sum(all),
    expired: sum(all.filter(({ expired }) => expired)),
    later: sum(all.filter((end) => dayOf(end) > horizon)),
    days: all
      .filter((end) => dayOf(end) >= 0 && dayOf(end) <= horizon)
      .map((end) => ({ day: dayOf(end), count: end.count, due: end.due })),
  }));
}

function sum(ends: readonly ExpiryDay[]): number {
  return ends.reduce((total, { count }) => total + count, 0);
}
