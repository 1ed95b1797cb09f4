import type { RenewalView } from '../api/types.ts';
import { RESTARTS } from '../words/states.ts';
import type { StepProgress } from './progress.ts';

type Asked = Pick<RenewalView['facts'], 'tokens' | 'permission' | 'target'>;

/** What the button of a hold says: what pressing it means. */
export function goWords(facts: Asked, { name, confirm }: Pick<StepProgress, 'name' | 'confirm'>): string {
  if (name === 'publish') return facts.tokens?.length ? 'The files are there, go on' : 'The records are there, go on';
  if (name === 'cleanUp') return 'The records are removed, go on';
  // A typed name is asked for before anybody looks at a window.
  if (!RESTARTS.includes(name) || confirm !== null) return 'Go on';
  if (waitsForWindow(facts)) return 'Allow the restart, in its window';
  return name === 'install' ? 'Install and restart now' : 'Restart now';
}

/** Saying go then does not mean that the window no longer counts. */
function waitsForWindow({ permission, target }: Asked): boolean {
  return (target?.restartCalendar ?? null) !== null && permission?.asked === 'in-window';
}
