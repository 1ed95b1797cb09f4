import { Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { get } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import type { PartDraft } from './draft.ts';
import { isNamed } from './draft.ts';

/** Secrets under a name: they go in and never come out. */
export interface CredentialView {
  readonly name: string;
  readonly plugin: string;
  readonly secretsSet: readonly string[];
}

export function useCredentials() {
  return useQuery({
    queryKey: keys.credentials,
    queryFn: ({ signal }) => get<readonly CredentialView[]>('/credentials', signal),
  });
}

interface CredentialChoiceProps {
  readonly appliance: PartDraft;
  readonly shareAs: string;
  /** True when a secret was typed, which could be shared. */
  readonly hasTyped: boolean;
  readonly onChange: (change: { readonly credential?: string | null; readonly shareAs?: string }) => void;
}

/** Typed here: the password goes into the vault with this connection. */
const TYPED = '';

export function CredentialChoice({ appliance, shareAs, hasTyped, onChange }: CredentialChoiceProps) {
  const named = (useCredentials().data ?? []).filter(({ plugin }) => plugin === appliance.plugin);
  const chosen = isNamed(appliance.credential) ? appliance.credential : TYPED;
  return (
    <>
      {named.length > 0 && (
        <Select
          label="Passwords"
          description="Several appliances can share what is stored under one name."
          data={[
            { value: TYPED, label: 'Of this connection alone' },
            ...named.map(({ name }) => ({ value: name, label: `Shared: ${name}` })),
          ]}
          value={chosen}
          allowDeselect={false}
          onChange={(name) => onChange({ credential: name === TYPED ? null : name, shareAs: '' })}
        />
      )}
      {chosen === TYPED && hasTyped && (
        <TextInput
          label="Share these passwords as"
          description="Leave it empty to keep them with this connection alone."
          placeholder="CUCM platform account"
          value={shareAs}
          onChange={(event) => onChange({ shareAs: event.currentTarget.value })}
        />
      )}
    </>
  );
}
