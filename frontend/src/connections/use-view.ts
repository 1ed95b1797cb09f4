import { useSearchParams } from 'wouter';
import type { OverviewSort, StateFilter } from '../api/types.ts';
import { STATE_FILTERS } from '../words/states.ts';

export const PAGE_SIZE = 50;

const SORTS: readonly OverviewSort[] = ['state', 'name', 'days', 'renewal', 'added'];

type Part = 'search' | 'state' | 'product' | 'automatic' | 'sort' | 'order' | 'page';

export interface TableView {
  readonly search: string;
  readonly state: StateFilter | null;
  readonly product: string | null;
  /** `true` or `false`; null for both. */
  readonly automatic: string | null;
  readonly sort: OverviewSort;
  readonly descending: boolean;
  /** From 1. */
  readonly page: number;
  /** Anything but all of them is asked for. */
  readonly filtered: boolean;
  /** As the API takes it. */
  readonly filter: URLSearchParams;
  readonly query: URLSearchParams;
  change(part: Partial<Record<Part, string>>): void;
}

/** Search, filter, sort and page stand in the address, to be sent to somebody. */
export function useView(): TableView {
  const [params, setParams] = useSearchParams();
  const state = stateOf(params.get('state'));
  const search = params.get('search') ?? '';
  const automatic = params.get('automatic');
  const product = params.get('product');
  const sort = SORTS.find((one) => one === params.get('sort')) ?? 'state';
  const descending = params.get('order') === 'desc';
  const page = Math.max(1, Number(params.get('page')) || 1);
  const filter = given({ search: search.trim(), state, product, automatic });
  return {
    search,
    state,
    product,
    automatic,
    sort,
    descending,
    page,
    filtered: filter.size > 0,
    filter,
    query: new URLSearchParams([
      ...filter,
      ['sort', sort],
      ['order', descending ? 'desc' : 'asc'],
      ['page', String(page)],
      ['limit', String(PAGE_SIZE)],
    ]),
    change: (part) =>
      setParams(
        (now) => {
          const next = new URLSearchParams(now);
          next.delete('page');
          for (const [name, value] of Object.entries(part)) value === '' ? next.delete(name) : next.set(name, value);
          return next;
        },
        { replace: true },
      ),
  };
}

function stateOf(given: string | null): StateFilter | null {
  return given !== null && given in STATE_FILTERS ? (given as StateFilter) : null;
}

function given(filter: Readonly<Record<string, string | null>>): URLSearchParams {
  const set = Object.entries(filter).flatMap(([name, value]) => (value ? [[name, value]] : []));
  return new URLSearchParams(set);
}
