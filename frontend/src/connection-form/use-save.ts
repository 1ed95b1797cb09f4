import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ApiError } from '../api/api-error.ts';
import { get, post, put } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import type { ConnectionView } from '../api/types.ts';
import type { CredentialView } from './credential-choice.tsx';
import { type Draft, toInput } from './draft.ts';

interface Saving {
  readonly draft: Draft;
  /** True: what is missing is stored with it. */
  readonly isDraft: boolean;
}

/** `secretFields`: of the appliance. */
export function useSave(stored: ConnectionView | null, secretFields: readonly string[]) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ draft, isDraft }: Saving) => {
      const input = { ...toInput(await withShared(draft, secretFields)), ...(isDraft ? { draft: true } : {}) };
      return stored === null
        ? post<ConnectionView>('/connections', input)
        : put<ConnectionView>(`/connections/${stored.id}`, { ...input, version: stored.version });
    },
    onSuccess: (saved) => {
      queries.setQueryData(keys.connection(saved.id), saved);
      void queries.invalidateQueries({ queryKey: keys.connections });
    },
    onSettled: () => void queries.invalidateQueries({ queryKey: keys.credentials }),
  });
}

/** Stores the passwords that were typed under their name first, and names them in their place. */
async function withShared(draft: Draft, secretFields: readonly string[]): Promise<Draft> {
  const name = draft.shareAs.trim();
  if (name === '') return draft;
  await refuseTaken(name);
  const { plugin, settings } = draft.appliance;
  const isSecret = ([field]: readonly [string, unknown]) => secretFields.includes(field);
  const entries = Object.entries(settings);
  const fields = Object.fromEntries(entries.filter((entry) => isSecret(entry) && entry[1]));
  await put(`/credentials/${encodeURIComponent(name)}`, { family: 'appliance', plugin, fields });
  const open = Object.fromEntries(entries.filter((entry) => !isSecret(entry)));
  return { ...draft, appliance: { ...draft.appliance, settings: open, credential: name } };
}

/** Others use what is stored under a name: it is not overwritten from here. */
async function refuseTaken(name: string): Promise<void> {
  const named = await get<readonly CredentialView[]>('/credentials');
  if (!named.some((one) => one.name === name)) return;
  const detail = `Passwords are stored as "${name}" already.`;
  const action = 'Choose them above, or share these under another name.';
  throw new ApiError({ type: '', title: 'The name is taken', status: 409, detail, code: 'CONFLICT', action });
}
