import { Radio, Stack } from '@mantine/core';
import { useBlastRadius } from '../api/queries.ts';
import type { ConnectionView, RenewalOptions } from '../api/types.ts';

interface Choice {
  readonly label: string;
  readonly description: string;
  readonly options: RenewalOptions;
}

/** How far a renewal can be asked to go. */
export const CHOICES = {
  window: {
    label: 'Issue and install, restart in its window',
    description: 'The restart waits until its calendar is open. Until then the old certificate is served.',
    options: { goal: 'serve', activation: null },
  },
  now: {
    label: 'Everything now',
    description: 'Issue, install, restart, and look at what is served. No window is waited for.',
    options: { goal: 'serve', activation: 'automatic' },
  },
  later: {
    label: 'Issue and install, restart later',
    description: 'It stops before the first restart and waits for your go. Until then the old certificate is served.',
    options: { goal: 'serve', activation: 'ask' },
  },
  issue: {
    label: 'Issue only',
    description:
      'The certificate is kept, and nothing on the appliance changes but its CSR. The next renewal installs it.',
    options: { goal: 'issue', activation: null },
  },
  keep: {
    label: 'Issue and keep',
    description: 'The new key and certificate take the place of those that can be downloaded now.',
    options: { goal: 'serve', activation: null },
  },
  fallback: {
    label: 'Get a fallback certificate',
    description: 'The second CA issues one that is kept ready. What is served stays as it is.',
    options: { goal: 'fallback', activation: null },
  },
  useFallback: {
    label: 'Use the fallback certificate',
    description: 'It is installed in place of a new one, and no CA is asked.',
    options: { goal: 'serve', activation: null, useFallback: true },
  },
  validate: {
    label: 'Prove it at the test CA',
    description: 'The same CA issues a certificate that nobody trusts. No limit is used up and nothing is kept.',
    options: { goal: 'validate', activation: null },
  },
} as const satisfies Record<string, Choice>;

export type ChoiceName = keyof typeof CHOICES;

/** What the connection's policy would do. */
export function usualChoice({ policy, kept }: ConnectionView): ChoiceName {
  if (kept) return 'keep';
  if (policy.activation === 'ask') return 'later';
  return policy.restartCalendar === null ? 'now' : 'window';
}

interface GoalChoiceProps {
  readonly connection: ConnectionView;
  readonly value: ChoiceName;
  onChange(value: ChoiceName): void;
}

export function GoalChoice({ connection, value, onChange }: GoalChoiceProps) {
  const plan = useBlastRadius(connection.id).data;
  const usual = usualChoice(connection);
  const isOffered = (name: ChoiceName) => {
    if (name === 'validate') return plan?.testDirectory ?? false;
    if (name === 'fallback')
      return plan?.fallback != null && plan.fallback.ready === null && plan.fallback.whyNot === null;
    if (name === 'useFallback') return plan?.fallback?.ready != null;
    if (connection.kept || name === 'keep') return name === usual;
    return name !== 'window' || name === usual;
  };
  const names = (Object.keys(CHOICES) as ChoiceName[]).filter(isOffered);
  return (
    <Radio.Group label="How far" value={value} onChange={(next) => onChange(next as ChoiceName)}>
      <Stack gap={6} mt={6}>
        {names.map((name) => (
          <Radio
            key={name}
            value={name}
            label={name === usual ? `${CHOICES[name].label} (as the connection says)` : CHOICES[name].label}
            description={CHOICES[name].description}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}
