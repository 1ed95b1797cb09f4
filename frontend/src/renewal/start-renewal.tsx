import { Button, Checkbox, Group, Stack, Text, Title } from '@mantine/core';
import { IconPlayerPlay, IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import { useConnection } from '../api/queries.ts';
import type { ConnectionView, PreflightView, RenewalOptions } from '../api/types.ts';
import { Findings, verdict } from '../connections/findings.tsx';
import { WhatIsMissing } from '../connections/incomplete-panel.tsx';
import { usePreflight } from '../connections/use-preflight.ts';
import { useLock } from '../session/may.ts';
import { Loaded } from '../ui/loading.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { useDialogs } from './dialogs.ts';
import { CHOICES, type ChoiceName, GoalChoice, useRestarts, usualChoice } from './goal-choice.tsx';
import { useStart } from './use-control.ts';
import './start-renewal.css';
import { WhatWillHappen } from './what-will-happen.tsx';

/** Before anything runs: what is renewed, what it touches, and what is in the way. */
export function StartRenewal({ connectionId }: { readonly connectionId: number }) {
  return (
    <Loaded query={useConnection(connectionId)}>
      {(connection) =>
        connection.incomplete.length > 0 ? <NotYet connection={connection} /> : <Choices connection={connection} />
      }
    </Loaded>
  );
}

/** What is not complete is not looked at: it says what is missing. */
function NotYet({ connection }: { readonly connection: ConnectionView }) {
  return (
    <Stack gap="md">
      <Title order={2}>{connection.name} cannot be renewed yet</Title>
      <WhatIsMissing connection={connection} />
    </Stack>
  );
}

function Choices({ connection }: { readonly connection: ConnectionView }) {
  const preflight = usePreflight(connection.id);
  const start = useStart(connection.id);
  const operate = useLock('operator');
  const { follow, close } = useDialogs();
  const usual = usualChoice(connection, useRestarts(connection));
  const [chosen, choose] = useState<ChoiceName | null>(null);
  const choice = chosen ?? usual;
  const [second, setSecond] = useState(false);
  const running = connection.lastRenewal?.outcome === null ? connection.lastRenewal.id : null;
  return (
    <Stack gap="md">
      <Title order={2}>
        Renew {connection.name} {!connection.kept && `· ${connection.slot}`}
      </Title>
      <WhatWillHappen connection={connection} />
      <section aria-label="Dry run">
        <Group justify="space-between" mb={6}>
          <Title order={3}>Dry run</Title>
          <Button
            variant="subtle"
            leftSection={<IconRefresh size={14} />}
            loading={preflight.isFetching}
            onClick={() => void preflight.refetch()}
          >
            Look again
          </Button>
        </Group>
        <Loaded query={preflight}>{(view) => <Checked view={view} />}</Loaded>
      </section>
      {running === null && <GoalChoice connection={connection} usual={usual} value={choice} onChange={choose} />}
      {running === null && connection.secondIssuer && choice !== 'fallback' && choice !== 'useFallback' && (
        <Checkbox
          label={`Ask the second CA: ${connection.secondIssuer.title}`}
          description="In place of the first one, for this renewal. The next one asks the first again."
          checked={second}
          onChange={(event) => setSecond(event.currentTarget.checked)}
        />
      )}
      {start.error && <ProblemNote error={start.error} />}
      <Group className="start-actions" justify="flex-end" gap="xs">
        <Button variant="default" onClick={close}>
          Not now
        </Button>
        {running !== null ? (
          <Button onClick={() => follow(running)}>Show the renewal that runs</Button>
        ) : (
          <Button
            {...operate}
            leftSection={<IconPlayerPlay size={14} />}
            loading={start.isPending}
            onClick={() => start.mutate(optionsOf(choice, second), { onSuccess: ({ id }) => follow(id) })}
          >
            {preflight.data?.outcome === 'block' ? 'Start all the same' : START[choice]}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

function optionsOf(choice: ChoiceName, second: boolean): RenewalOptions {
  return { ...CHOICES[choice].options, issuer: second ? 'second' : 'first' };
}

const START = {
  window: 'Start the renewal',
  now: 'Start the renewal',
  later: 'Start the renewal',
  install: 'Start the renewal',
  issue: 'Have it issued',
  fallback: 'Have it issued',
  useFallback: 'Use the fallback',
  keep: 'Start the renewal',
  validate: 'Try at the test CA',
} as const satisfies Record<ChoiceName, string>;

function Checked({ view }: { readonly view: PreflightView }) {
  const notable = view.findings.filter(({ outcome }) => outcome === 'block' || outcome === 'warn');
  const good = view.findings.length - notable.length;
  return (
    <Stack gap="xs">
      <Text>{verdict(view)}</Text>
      {notable.length > 0 && <Findings findings={notable} />}
      <details>
        <summary className="quiet">{good} more that need nothing</summary>
        <Findings findings={view.findings.filter((finding) => !notable.includes(finding))} />
      </details>
    </Stack>
  );
}
