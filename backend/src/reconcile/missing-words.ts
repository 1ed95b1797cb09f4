import type { Connection } from '../store/store.ts';

/** For people, without the last full stop. */
export function missingWords({ incomplete }: Pick<Connection, 'incomplete'>): string {
  return incomplete
    .map(({ sentence }) => sentence)
    .join(' ')
    .replace(/\.$/, '');
}
