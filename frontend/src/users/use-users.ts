import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { UserView } from '../api/access-types.ts';
import { changeTagged, get, post } from '../api/client.ts';

const USERS = ['users'];

export function useUsers() {
  return useQuery({ queryKey: USERS, queryFn: ({ signal }) => get<readonly UserView[]>('/users', signal) });
}

/** As it was read: what somebody else changed meanwhile is not overwritten. */
type Known = Pick<UserView, 'id' | 'tag'>;

export type UserAction =
  | {
      readonly do: 'add';
      readonly user: Pick<UserView, 'name' | 'role' | 'scope'> & { readonly password: string | null };
    }
  | {
      readonly do: 'change';
      readonly user: Known;
      readonly change: Partial<Pick<UserView, 'role' | 'scope' | 'disabled'>>;
    }
  | { readonly do: 'reset-password'; readonly user: Known; readonly password: string }
  | { readonly do: 'reset-second-factor' | 'remove'; readonly user: Known };

export function useUserAction() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (action: UserAction) => perform(action),
    onSuccess: (changed) => {
      // The next change names the tag of this one, also before the list was read again.
      queries.setQueryData<readonly UserView[]>(USERS, (users) =>
        users?.map((user) => (changed && user.id === changed.id ? changed : user)),
      );
    },
    onSettled: () => queries.invalidateQueries({ queryKey: USERS }),
  });
}

function perform(action: UserAction): Promise<UserView | undefined> {
  if (action.do === 'add') return post<UserView>('/users', action.user);
  const { id, tag } = action.user;
  switch (action.do) {
    case 'change':
      return changeTagged<UserView>('PATCH', `/users/${id}`, tag, action.change);
    case 'reset-password':
      return changeTagged<UserView>('PUT', `/users/${id}/password`, tag, { password: action.password });
    case 'reset-second-factor':
      return changeTagged<UserView>('DELETE', `/users/${id}/totp`, tag);
    case 'remove':
      return changeTagged<undefined>('DELETE', `/users/${id}`, tag);
  }
}
