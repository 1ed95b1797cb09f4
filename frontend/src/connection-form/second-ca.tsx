import { Button, Checkbox, Group, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { ConnectionView, PluginDeclaration } from '../api/types.ts';
import { AccountPicker } from './account-picker.tsx';
import { type Draft, isUnchosen, part } from './draft.ts';
import { ownFieldErrors } from './field-errors.ts';

interface SecondCaProps {
  readonly draft: Draft;
  readonly plugins: readonly PluginDeclaration[];
  readonly stored: ConnectionView | null;
  readonly error: Error | null;
  readonly onChange: (change: Partial<Draft>) => void;
}

/** Who signs when the first CA cannot. */
export function SecondCa({ draft, plugins, stored, error, onChange }: SecondCaProps) {
  const [round, setRound] = useState(0);
  const { secondIssuer, secondChain, policy } = draft;
  const errors = ownFieldErrors(error);
  return (
    <details open={!isUnchosen(secondIssuer)}>
      <summary>Second CA, for when the first is down</summary>
      <div className="fields">
        <AccountPicker
          key={round}
          family="issuer"
          label="Second certificate authority"
          id="second-issuer"
          plugins={plugins}
          draft={secondIssuer}
          stored={stored?.secondIssuer ?? null}
          error={error}
          onChange={(next) => onChange({ secondIssuer: next })}
        />
        <Textarea
          label="CA certificates of the second CA (PEM)"
          description="A normal renewal puts them on the appliance, so that changing over needs no change of trust. Empty: those that this CA was seen to sign with."
          className="mono-input"
          autosize
          minRows={2}
          maxRows={8}
          value={secondChain}
          error={errors.secondChain ?? errors.secondIssuer}
          onChange={(event) => onChange({ secondChain: event.currentTarget.value })}
        />
        <Checkbox
          label="Keep a fallback certificate of the second CA ready"
          description="The schedule has it issued and keeps it, and puts it to use when the one in use is revoked or has ended, when the first CA cannot be asked, or when the appliance does not take what that one issued."
          disabled={isUnchosen(secondIssuer)}
          checked={policy.fallback}
          onChange={(event) => onChange({ policy: { ...policy, fallback: event.currentTarget.checked } })}
        />
        <Group>
          <Button
            variant="default"
            disabled={isUnchosen(secondIssuer)}
            onClick={() => {
              setRound(round + 1);
              onChange({ secondIssuer: part(''), secondChain: '', policy: { ...policy, fallback: false } });
            }}
          >
            No second CA
          </Button>
        </Group>
      </div>
    </details>
  );
}
