import { useMutation, useQueryClient } from '@tanstack/react-query';
import { post, put, remove } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import type { AccountTestView, AccountView } from '../api/types.ts';
import { type PartDraft, partInput } from '../connection-form/draft.ts';
import { type AccountFamily, FAMILY_WORDS } from './families.ts';

/** An account while it is typed. */
export interface AccountDraft {
  readonly name: string;
  readonly part: PartDraft;
}

export function useSaveAccount(family: AccountFamily, stored: AccountView | null) {
  const queries = useQueryClient();
  const { path } = FAMILY_WORDS[family];
  return useMutation({
    mutationFn: ({ name, part }: AccountDraft) => {
      const body = { name, ...partInput(part) };
      return stored === null
        ? post<AccountView>(path, body)
        : put<AccountView>(`${path}/${stored.id}`, { ...body, version: stored.version });
    },
    onSuccess: (saved) => {
      // Who chooses the new one at once must find it in the list.
      queries.setQueryData<readonly AccountView[]>(keys.accounts(family), (all = []) =>
        [...all.filter(({ id }) => id !== saved.id), saved].sort((a, b) => a.name.localeCompare(b.name)),
      );
      void queries.invalidateQueries({ queryKey: keys.accounts(family) });
      void queries.invalidateQueries({ queryKey: keys.connections });
    },
  });
}

/** Asks the other end with what is typed; secrets that were not typed are those that are stored. */
export function useTestDraft(family: AccountFamily, stored: AccountView | null) {
  return useMutation({
    mutationFn: (part: PartDraft) =>
      post<AccountTestView>(`${FAMILY_WORDS[family].path}/test`, {
        ...partInput(part),
        ...(stored === null ? {} : { account: stored.id }),
      }),
  });
}

export function useTestAccount(family: AccountFamily, id: number) {
  return useMutation({
    mutationFn: () => post<AccountTestView>(`${FAMILY_WORDS[family].path}/${id}/test`),
  });
}

export function useRemoveAccount(family: AccountFamily, id: number) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => remove(`${FAMILY_WORDS[family].path}/${id}`),
    onSuccess: () => void queries.invalidateQueries({ queryKey: keys.accounts(family) }),
  });
}
