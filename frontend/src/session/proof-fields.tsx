import { PasswordInput, Text, TextInput } from '@mantine/core';
import type { OwnAccount } from '../api/access-types.ts';
import { useSession } from './session.ts';

/** What proves again who sits there, before something that a thief of the session must not do. */
export interface Proof {
  readonly password: string;
  readonly code: string;
}

export const NO_PROOF: Proof = { password: '', code: '' };

/** Null before the daemon was asked. */
export function useOwnAccount(): OwnAccount | null {
  const session = useSession();
  return session.kind === 'in' ? session.me.user : null;
}

/** The fields that the daemon wants of this account. */
export function given({ password, code }: Proof, account: OwnAccount | null): Partial<Proof> {
  if (!account?.hasPassword) return {};
  return account.secondFactor ? { password, code } : { password };
}

export function isProof(proof: Proof, account: OwnAccount | null): boolean {
  return Object.values(given(proof, account)).every((text) => text !== '');
}

interface ProofFieldsProps {
  readonly account: OwnAccount | null;
  readonly value: Proof;
  readonly onChange: (proof: Proof) => void;
}

export function ProofFields({ account, value, onChange }: ProofFieldsProps) {
  if (!account?.hasPassword)
    return <Text size="sm">Your login by single sign-on has to be younger than 10 minutes for this.</Text>;
  return (
    <>
      <PasswordInput
        label="Your password"
        description="Once more, so that nobody takes secrets out at a screen that was left open."
        autoComplete="current-password"
        value={value.password}
        onChange={(event) => onChange({ ...value, password: event.currentTarget.value })}
        visibilityToggleButtonProps={{ 'aria-label': 'Show your password' }}
      />
      {account.secondFactor && (
        <TextInput
          label="Code of your second factor"
          autoComplete="one-time-code"
          inputMode="numeric"
          value={value.code}
          onChange={(event) => onChange({ ...value, code: event.currentTarget.value })}
        />
      )}
    </>
  );
}
