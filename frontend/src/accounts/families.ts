import { useQuery } from '@tanstack/react-query';
import { get } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import type { AccountView } from '../api/types.ts';

export type AccountFamily = 'issuer' | 'dns';

interface Words {
  /** Below /api/v1, and below /settings. */
  readonly path: string;
  readonly one: string;
  readonly add: string;
  readonly lead: string;
  readonly tiles: string;
}

export const FAMILY_WORDS: Readonly<Record<AccountFamily, Words>> = {
  issuer: {
    path: '/issuers',
    one: 'certificate authority',
    add: 'Add a certificate authority',
    lead: 'Who signs. Any number of connections share one, and a change counts for all of them from their next step on.',
    tiles: 'Which certificate authority',
  },
  dns: {
    path: '/dns-accounts',
    one: 'DNS account',
    add: 'Add a DNS account',
    lead: 'Where the records go that prove the names. Any number of connections share one, and a change counts for all of them from their next step on.',
    tiles: 'Which DNS service',
  },
};

export function useAccounts(family: AccountFamily) {
  return useQuery({
    queryKey: keys.accounts(family),
    queryFn: ({ signal }) => get<readonly AccountView[]>(FAMILY_WORDS[family].path, signal),
  });
}
