import { NumberInput, SegmentedControl, Text } from '@mantine/core';
import { errorAt } from '../api/field-errors.ts';
import type { PolicyDraft } from './draft.ts';
import { ownFieldErrors } from './field-errors.ts';
import { WindowFields } from './window-fields.tsx';

interface PolicyFieldsProps {
  readonly policy: PolicyDraft;
  /** False: there is nothing to be asked about restarts. */
  readonly restarts: boolean;
  readonly error: Error | null;
  readonly onChange: (policy: PolicyDraft) => void;
}

export function PolicyFields({ policy, restarts, error, onChange }: PolicyFieldsProps) {
  const errors = ownFieldErrors(error);
  return (
    <div className="fields">
      <NumberInput
        label="Due, days before it ends"
        description="Empty: when the CA asks for it, else with a third of the lifetime left."
        min={1}
        max={365}
        styles={{ wrapper: { maxWidth: '12rem' } }}
        value={policy.daysBefore ?? ''}
        error={errorAt(errors, 'policy.daysBefore')}
        onChange={(days) => onChange({ ...policy, daysBefore: typeof days === 'number' ? days : null })}
      />
      {restarts && <RestartFields policy={policy} onChange={onChange} />}
      <WindowFields policy={policy} restarts={restarts} errors={errors} onChange={onChange} />
    </div>
  );
}

function RestartFields({ policy, onChange }: Pick<PolicyFieldsProps, 'policy' | 'onChange'>) {
  return (
    <div>
      <Text size="sm" fw={500} id="restart-label">
        Restart of the service
      </Text>
      <Text size="xs" className="quiet" mb={4}>
        The appliance serves the new certificate only after it.
      </Text>
      <SegmentedControl
        aria-labelledby="restart-label"
        size="xs"
        data={[
          { value: 'ask', label: 'Ask me first' },
          { value: 'automatic', label: policy.restartCalendar === null ? 'At once' : 'In its window' },
        ]}
        value={policy.activation}
        onChange={(activation) => onChange({ ...policy, activation: activation === 'ask' ? 'ask' : 'automatic' })}
      />
    </div>
  );
}
