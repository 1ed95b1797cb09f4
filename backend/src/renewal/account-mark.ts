import { createHash } from 'node:crypto';
import type { Part } from '../store/store.ts';
import { isAccountUse } from './parts.ts';

/**
 * Names the account that a part of a connection stands for, so that it is known again later: another server or another
 * credential is another account, a new password is not. Nothing can be read from it.
 */
export function accountMark(part: Part): string {
  if (isAccountUse(part)) return `account ${part.account}`;
  const { plugin, settings, credential } = part;
  const sorted = Object.entries(settings).sort(([a], [b]) => a.localeCompare(b));
  const digest = createHash('sha256')
    .update(JSON.stringify([plugin, sorted, credential]))
    .digest('hex');
  return `${plugin} ${digest.slice(0, 16)}`;
}

/** The shared account that a mark names; null for settings of a connection's own. */
export function sharedAccountOf(mark: string): number | null {
  const [, id] = /^account (\d+)$/.exec(mark) ?? [];
  return id === undefined ? null : Number(id);
}

/** The plugin of a mark for settings of a connection's own. */
export function pluginOf(mark: string): string {
  return mark.split(' ')[0] ?? mark;
}
