import type { Role } from '../api/access-types.ts';
import { useSession } from './session.ts';

const ORDER: readonly Role[] = ['viewer', 'operator', 'admin'];

/** Whether the role suffices. The daemon decides; this only keeps buttons from promising what it refuses. */
export function useMay(needed: Role): boolean {
  const session = useSession();
  return session.kind === 'in' && ORDER.indexOf(session.me.role) >= ORDER.indexOf(needed);
}

/** For a button: nothing, or that it is off and why. */
export function useLock(needed: Role): { readonly disabled?: true; readonly title?: string } {
  return useMay(needed) ? {} : { disabled: true, title: `This needs the role ${needed}` };
}
