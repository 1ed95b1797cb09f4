import { Button, Group, Stack, TextInput } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import type { RenewalView, StepName } from '../api/types.ts';
import { ProblemNote } from '../ui/problem.tsx';
import { State } from '../words/state.tsx';
import { MODES } from '../words/states.ts';
import type { StepProgress } from './progress.ts';
import { useControl } from './use-control.ts';

/** What the button of a hold says: what pressing it means. */
const GO: Partial<Record<StepName, string>> = {
  publish: 'The records are there, go on',
  cleanUp: 'The records are removed, go on',
  activate: 'Restart now',
};

interface HoldNoteProps {
  readonly view: RenewalView;
  readonly step: StepProgress;
  readonly ask: string;
}

export function HoldNote({ view, step, ask }: HoldNoteProps) {
  const resume = useControl(view.id, 'resume');
  const [typed, setTyped] = useState('');
  const { confirm } = step;
  return (
    <Stack gap="xs" className="note" data-tone="person">
      <State look={MODES.held} />
      <div className="ask">{ask}</div>
      {confirm !== null && (
        <TextInput
          label={`Type "${confirm}" to go on`}
          className="mono-input"
          maw="24rem"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      <Group>
        <Button
          leftSection={<IconPlayerPlay size={14} />}
          loading={resume.isPending}
          disabled={confirm !== null && typed !== confirm}
          onClick={() => resume.mutate(confirm)}
          data-testid="go-on"
        >
          {GO[step.name] ?? 'Go on'}
        </Button>
      </Group>
      {resume.error && <ProblemNote error={resume.error} />}
    </Stack>
  );
}
