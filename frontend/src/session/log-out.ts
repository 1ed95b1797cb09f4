import { useMutation } from '@tanstack/react-query';
import type { LoggedOut } from '../api/access-types.ts';
import { remove } from '../api/client.ts';
import { forgetDraftsOfOthers } from '../connection-form/stored-draft.ts';
import { endSession } from './session.ts';

/** Here and, after single sign-on, at the provider. Other tabs notice when their event stream ends. */
export function useLogOut() {
  return useMutation({
    mutationFn: () => remove<LoggedOut>('/session'),
    onSuccess: ({ signOutUrl }) => {
      forgetDraftsOfOthers(sessionStorage, null);
      endSession(null);
      if (signOutUrl !== null) location.assign(signOutUrl);
    },
  });
}
