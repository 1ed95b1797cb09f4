import { Radio, Stack } from '@mantine/core';
import { useBlastRadius, usePlugins } from '../api/queries.ts';
import type { BlastRadius, ConnectionView, RenewalOptions } from '../api/types.ts';

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
  install: {
    label: 'Issue and install',
    description: 'Issue, install, and look at what is served. Nothing is restarted.',
    options: { goal: 'serve', activation: null },
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

/** What the connection's policy would do. `restarts`: false where a new certificate is served without a restart. */
export function usualChoice({ policy, kept }: Pick<ConnectionView, 'policy' | 'kept'>, restarts: boolean): ChoiceName {
  if (kept) return 'keep';
  if (!restarts) return 'install';
  if (policy.activation === 'ask') return 'later';
  return policy.restartCalendar === null ? 'now' : 'window';
}

const ABOUT_RESTARTS: readonly ChoiceName[] = ['now', 'later'];

type Offering = Pick<BlastRadius, 'testDirectory' | 'fallback'>;

/** In the order in which they are offered. `plan` is undefined until the appliance was asked. */
export function offeredChoices(usual: ChoiceName, plan: Offering | undefined): readonly ChoiceName[] {
  const { testDirectory = false, fallback = null } = plan ?? {};
  const isOffered = (name: ChoiceName) => {
    if (name === usual) return true;
    if (name === 'validate') return testDirectory;
    if (name === 'fallback') return fallback !== null && fallback.ready === null && fallback.whyNot === null;
    if (name === 'useFallback') return fallback !== null && fallback.ready !== null;
    if (usual === 'keep') return false;
    return name === 'issue' || (usual !== 'install' && ABOUT_RESTARTS.includes(name));
  };
  return (Object.keys(CHOICES) as ChoiceName[]).filter(isOffered);
}

/** Whether a renewal restarts anything: by its kind of appliance, and once that was asked, by what it says. */
export function useRestarts({ id, appliance }: Pick<ConnectionView, 'id' | 'appliance'>): boolean {
  const plan = useBlastRadius(id).data;
  const plugin = usePlugins().data?.appliance.find((one) => one.id === appliance.plugin);
  return plan ? plan.interruptions.length > 0 : plugin?.restartsNothing !== true;
}

interface GoalChoiceProps {
  readonly connection: ConnectionView;
  readonly usual: ChoiceName;
  readonly value: ChoiceName;
  onChange(value: ChoiceName): void;
}

export function GoalChoice({ connection, usual, value, onChange }: GoalChoiceProps) {
  const plan = useBlastRadius(connection.id).data;
  const names = offeredChoices(usual, plan);
  const typed = plan?.permission === 'typed' ? ' Before, it waits until you type the name of the node.' : '';
  return (
    <Radio.Group label="How far" value={value} onChange={(next) => onChange(next as ChoiceName)}>
      <Stack gap={6} mt={6}>
        {names.map((name) => (
          <Radio
            key={name}
            value={name}
            label={name === usual ? `${CHOICES[name].label} (as the connection says)` : CHOICES[name].label}
            description={`${CHOICES[name].description}${name === 'now' || name === 'window' ? typed : ''}`}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}
