import { useSearchParams } from 'wouter';
import type { BulkAction } from '../api/types.ts';

const ACTIONS: readonly BulkAction[] = ['enable', 'disable', 'renew', 'test'];
const ASK = 'bulk-ask';
const SHOW = 'bulk';

export interface BulkAddress {
  /** What is about to be asked for. */
  readonly asking: BulkAction | null;
  /** The bulk that is looked at. */
  readonly showing: string | null;
  ask(action: BulkAction): void;
  show(id: string): void;
  close(): void;
}

/** Which bulk dialog is open stands in the address: a reload shows its results again. */
export function useBulkAddress(): BulkAddress {
  const [params, setParams] = useSearchParams();
  const open = (name: string | null, value = '') =>
    setParams((now) => {
      const next = new URLSearchParams(now);
      next.delete(ASK);
      next.delete(SHOW);
      if (name !== null) next.set(name, value);
      return next;
    });
  return {
    asking: ACTIONS.find((action) => action === params.get(ASK)) ?? null,
    showing: params.get(SHOW),
    ask: (action) => open(ASK, action),
    show: (id) => open(SHOW, id),
    close: () => open(null),
  };
}
