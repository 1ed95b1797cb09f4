import { useSyncExternalStore } from 'react';
import { chooseZone, followZone, type Zone, zone } from './zone.ts';

const KEY = 'certferry-times';

/** Whoever calls this is drawn again when another zone is chosen, and with it all that it draws. */
export function useZone(): Zone {
  return useSyncExternalStore(followZone, zone, zone);
}

/** As it was chosen in this browser before. */
export function restoreZone(): void {
  if (localStorage.getItem(KEY) === 'utc') chooseZone('utc');
}

/** Kept by the browser: who watches sites in several zones wants it the same tomorrow. */
export function keepZone(next: Zone): void {
  localStorage.setItem(KEY, next);
  chooseZone(next);
}
