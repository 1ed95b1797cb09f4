import { Button, Group, Stack, Text } from '@mantine/core';
import type { RenewalView } from '../api/types.ts';
import { Moment } from '../ui/moment.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { clockTime } from '../ui/time.ts';
import { State } from '../words/state.tsx';
import { MODES, RESTART_PENDING } from '../words/states.ts';
import type { StepProgress } from './progress.ts';
import { useControl } from './use-control.ts';

interface WaitNoteProps {
  readonly view: RenewalView;
  readonly step: StepProgress;
  /** ISO 8601 */
  readonly until: string;
}

/** An instant that the step waits for by itself, and the way not to wait for it. */
export function WaitNote({ view, step, until }: WaitNoteProps) {
  const resume = useControl(view.id, 'resume');
  const isRestart = step.name === 'activate';
  return (
    <Stack gap="xs" className="note" data-tone="pending">
      <State look={isRestart ? RESTART_PENDING.waiting : { ...MODES.waiting, word: 'Waits' }} />
      <Text>
        Goes on at {clockTime(until)} (<Moment at={until} />
        ): {step.line}.
      </Text>
      {isRestart && (
        <Group>
          <Button
            variant="default"
            loading={resume.isPending}
            onClick={() => resume.mutate(null)}
            data-testid="go-early"
          >
            Restart now, outside of the window
          </Button>
        </Group>
      )}
      {resume.error && <ProblemNote error={resume.error} />}
    </Stack>
  );
}
