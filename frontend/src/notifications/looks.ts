import type { NoticeView } from '../api/types.ts';
import type { Look } from '../words/states.ts';

/** How a message fares. Green is kept for certificates that were seen served. */
export const DELIVERY = {
  waiting: { word: 'On its way', tone: 'pending' },
  delivered: { word: 'Delivered', tone: 'plain' },
  'given-up': { word: 'Given up', tone: 'person' },
  none: { word: 'No message yet', tone: 'off' },
  off: { word: 'Off', tone: 'off' },
} as const satisfies Record<NoticeView['state'] | 'none' | 'off', Look>;
