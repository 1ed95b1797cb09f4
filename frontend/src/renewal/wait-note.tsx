import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { RenewalView } from '../api/types.ts';
import { useLock } from '../session/may.ts';
import { Moment } from '../ui/moment.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { clockTime } from '../ui/time.ts';
import { State } from '../words/state.tsx';
import { MODES, RESTART_PENDING, RESTARTS } from '../words/states.ts';
import { Interruptions } from './interruptions.tsx';
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
  const isRestart = RESTARTS.includes(step.name);
  return (
    <Stack gap="xs" className="note" data-tone="pending">
      <State look={isRestart ? RESTART_PENDING.waiting : { ...MODES.waiting, word: 'Waits' }} />
      <Text>
        Goes on at {clockTime(until)} (<Moment at={until} />
        ): {step.line}.
      </Text>
      {isRestart && <RestartEarly view={view} installs={step.name === 'install'} />}
    </Stack>
  );
}

interface RestartEarlyProps {
  readonly view: RenewalView;
  /** The restart begins with handing over the certificate. */
  readonly installs: boolean;
}

/** What a restart outside of its window interrupts is read before it can be asked for. */
function RestartEarly({ view, installs }: RestartEarlyProps) {
  const operate = useLock('operator');
  const [asking, setAsking] = useState(false);
  const resume = useControl(view.id, 'resume');
  const what = installs ? 'Install and restart now' : 'Restart now';
  if (!asking) {
    return (
      <Group>
        <Button {...operate} variant="default" onClick={() => setAsking(true)}>
          {what}, outside of the window …
        </Button>
      </Group>
    );
  }
  return (
    <Stack gap="xs" role="group" aria-label={`${what}, outside of the window`} tabIndex={-1} ref={focus}>
      <Text fw={550}>Outside of the window this interrupts, at once:</Text>
      <div>
        <Interruptions connectionId={view.connectionId} />
      </div>
      {resume.error && <ProblemNote error={resume.error} />}
      <Group gap="xs">
        <Button {...operate} color="red.9" loading={resume.isPending} onClick={() => resume.mutate(null)}>
          {what}
        </Button>
        <Button variant="default" onClick={() => setAsking(false)}>
          Wait for the window
        </Button>
      </Group>
    </Stack>
  );
}

/** The button that was pressed is gone: what is asked instead is read next. */
function focus(group: HTMLElement | null): void {
  group?.focus();
}
