import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { UserView } from '../api/access-types.ts';
import { get, patch, post, put, remove } from '../api/client.ts';

const USERS = ['users'];

export function useUsers() {
  return useQuery({ queryKey: USERS, queryFn: ({ signal }) => get<readonly UserView[]>('/users', signal) });
}

export type UserAction =
  | {
      readonly do: 'add';
      readonly user: Pick<UserView, 'name' | 'role' | 'scope'> & { readonly password: string | null };
    }
  | {
      readonly do: 'change';
      readonly id: number;
      readonly change: Partial<Pick<UserView, 'role' | 'scope' | 'disabled'>>;
    }
  | { readonly do: 'reset-password'; readonly id: number; readonly password: string }
  | { readonly do: 'reset-second-factor' | 'remove'; readonly id: number };

export function useUserAction() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (action: UserAction) => perform(action),
    onSuccess: () => queries.invalidateQueries({ queryKey: USERS }),
  });
}

function perform(action: UserAction): Promise<unknown> {
  switch (action.do) {
    case 'add':
      return post('/users', action.user);
    case 'change':
      return patch(`/users/${action.id}`, action.change);
    case 'reset-password':
      return put(`/users/${action.id}/password`, { password: action.password });
    case 'reset-second-factor':
      return remove(`/users/${action.id}/totp`);
    case 'remove':
      return remove(`/users/${action.id}`);
  }
}
