import type { ReactNode } from 'react';
import type { Role } from '../api/access-types.ts';
import { useMay } from './may.ts';

/** Shown to those whose role suffices. For links, which cannot be off. */
export function Only({ needs, children }: { readonly needs: Role; readonly children: ReactNode }) {
  return useMay(needs) ? children : null;
}
