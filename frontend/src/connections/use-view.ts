import { useSearchParams } from 'wouter';
import type { Tone } from '../words/states.ts';
import type { SortKey, View } from './rows.ts';

const SORTS: readonly SortKey[] = ['name', 'state', 'days', 'renewal'];
const TONES: readonly Tone[] = ['person', 'running', 'pending', 'off', 'served'];

export interface TableView extends View {
  /** From 1. */
  readonly page: number;
  change(part: Partial<Record<'search' | 'state' | 'sort' | 'order' | 'page', string>>): void;
}

/** Search, filter, sort and page stand in the address, to be sent to somebody. */
export function useView(): TableView {
  const [params, setParams] = useSearchParams();
  return {
    search: params.get('search') ?? '',
    tone: TONES.find((tone) => tone === params.get('state')) ?? null,
    sort: SORTS.find((sort) => sort === params.get('sort')) ?? 'state',
    descending: params.get('order') === 'desc',
    page: Math.max(1, Number(params.get('page')) || 1),
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
