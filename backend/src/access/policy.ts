import { z } from 'zod';
import { ROLES, type Role } from '../domain/roles.ts';
import type { Store } from '../store/store.ts';

const KEY = 'access.policy';

/** What an administrator demands of all. */
export interface AccessPolicy {
  /** Roles whose users need a second factor, single sign-on excepted: there the provider asks for it. */
  readonly secondFactorFor: readonly Role[];
}

const stored = z.object({ secondFactorFor: z.array(z.enum(ROLES)).default([]) }).prefault({});

export async function readPolicy(store: Store): Promise<AccessPolicy> {
  return stored.parse(await store.settings.get(KEY));
}

export async function writePolicy(store: Store, { secondFactorFor }: AccessPolicy, actor: string): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.settings.put(KEY, { secondFactorFor: [...secondFactorFor] });
    await tx.events.append([{ type: 'access.settings-changed', actor }]);
  });
}
