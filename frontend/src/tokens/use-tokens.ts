import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { NewTokenView, TokenView } from '../api/access-types.ts';
import { changeTagged, post } from '../api/client.ts';

export const TOKENS = ['tokens'];

/** Milliseconds that a token stays good after it got a successor. */
const OVERLAP = 7 * 86_400_000;

export interface TokenDraft extends Pick<TokenView, 'name' | 'role' | 'connectionIds'> {
  readonly expiresInDays: number;
}

export function useNewToken(onMade: (token: NewTokenView) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (draft: TokenDraft) => post<NewTokenView>('/tokens', draft),
    onSuccess: (token) => {
      onMade(token);
      void queries.invalidateQueries({ queryKey: TOKENS });
    },
  });
}

/** A successor; the old one stays good for a week, so that scripts can be changed one by one. */
export function useReplaceToken(onMade: (token: NewTokenView) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, tag }: TokenView) => {
      const oldUntil = new Date(Date.now() + OVERLAP).toISOString();
      return changeTagged<NewTokenView>('POST', `/tokens/${id}/successor`, tag, { oldUntil });
    },
    onSuccess: onMade,
    onSettled: () => queries.invalidateQueries({ queryKey: TOKENS }),
  });
}

export function useRevokeToken() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, tag }: TokenView) => changeTagged('DELETE', `/tokens/${id}`, tag),
    onSettled: () => queries.invalidateQueries({ queryKey: TOKENS }),
  });
}
