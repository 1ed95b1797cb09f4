import { PasswordInput } from '@mantine/core';
import { useState } from 'react';

const SHORTEST = 12;

interface PasswordPair {
  readonly password: string;
  readonly again: string;
  readonly error: string | null;
  change(password: string, again: string): void;
  /** False, and said beside the field, when they differ. */
  check(): boolean;
}

export function usePasswordPair(): PasswordPair {
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [error, setError] = useState<string | null>(null);
  return {
    password,
    again,
    error,
    change: (first, second) => {
      setPassword(first);
      setAgain(second);
      setError(null);
    },
    check: () => {
      setError(password === again ? null : 'The two are not the same.');
      return password === again;
    },
  };
}

/** A password, typed twice. */
export function NewPassword({ pair }: { readonly pair: PasswordPair }) {
  return (
    <>
      <PasswordInput
        label="New password"
        description={`At least ${SHORTEST} characters. A few words that do not belong together are better than signs.`}
        autoComplete="new-password"
        required
        minLength={SHORTEST}
        size="sm"
        value={pair.password}
        onChange={(event) => pair.change(event.currentTarget.value, pair.again)}
        visibilityToggleButtonProps={{ 'aria-label': 'Show the new password' }}
      />
      <PasswordInput
        label="New password, again"
        autoComplete="new-password"
        required
        size="sm"
        value={pair.again}
        onChange={(event) => pair.change(pair.password, event.currentTarget.value)}
        error={pair.error}
        visibilityToggleButtonProps={{ 'aria-label': 'Show the repeated password' }}
      />
    </>
  );
}
