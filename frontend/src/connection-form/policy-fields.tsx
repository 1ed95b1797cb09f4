import { NumberInput, SegmentedControl, Text } from '@mantine/core';
import type { PolicyDraft } from './draft.ts';
import { WindowFields } from './window-fields.tsx';

interface PolicyFieldsProps {
  readonly policy: PolicyDraft;
  readonly onChange: (policy: PolicyDraft) => void;
}

export function PolicyFields({ policy, onChange }: PolicyFieldsProps) {
  return (
    <div className="fields">
      <NumberInput
        label="Due, days before it ends"
        description="Empty: when the CA asks for it, else with a third of the lifetime left."
        min={1}
        max={365}
        maw="12rem"
        value={policy.daysBefore ?? ''}
        onChange={(days) => onChange({ ...policy, daysBefore: typeof days === 'number' ? days : null })}
      />
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
      <WindowFields policy={policy} onChange={onChange} />
    </div>
  );
}
