import { useCallback, useState } from 'react';

export interface Selection {
  readonly ids: ReadonlySet<number>;
  toggle(ids: readonly number[], on: boolean): void;
  replace(ids: readonly number[]): void;
}

/** What is chosen, also on pages that are not shown. */
export function useSelection(): Selection {
  const [ids, setIds] = useState<ReadonlySet<number>>(new Set());
  const toggle = useCallback((some: readonly number[], on: boolean) => {
    setIds((now) => {
      const next = new Set(now);
      for (const id of some) on ? next.add(id) : next.delete(id);
      return next;
    });
  }, []);
  const replace = useCallback((all: readonly number[]) => setIds(new Set(all)), []);
  return { ids, toggle, replace };
}
