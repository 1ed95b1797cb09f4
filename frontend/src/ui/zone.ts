/** In which zone times of day are written. Both stand on hover and focus, whichever it is. */
export type Zone = 'local' | 'utc';

const listeners = new Set<() => void>();
let chosen: Zone = 'local';

export function zone(): Zone {
  return chosen;
}

export function chooseZone(next: Zone): void {
  chosen = next;
  for (const tell of listeners) tell();
}

/** Tells of each choice until the function that is returned is called. */
export function followZone(tell: () => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}
