import { Button, Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Failure, RenewalView, WordsView } from '../api/types.ts';
import { addressOf } from '../dns/check-address.ts';
import { useLock } from '../session/may.ts';
import { Only } from '../session/only.tsx';
import { EvidenceBlock } from '../ui/evidence.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { clockTime } from '../ui/time.ts';
import { State } from '../words/state.tsx';
import { REMEDIES, type Remedy, STEP_LOOKS } from '../words/states.ts';
import { useDialogs } from './dialogs.ts';
import { missedRecord } from './missed-record.ts';
import type { StepProgress } from './progress.ts';
import { useControl } from './use-control.ts';

interface FailureNoteProps {
  readonly view: RenewalView;
  readonly step: StepProgress;
  readonly failure: Failure;
  readonly words: WordsView;
}

/** What the other side said, our reading of it, when it is tried again, and what can be done. */
export function FailureNote({ view, step, failure, words }: FailureNoteProps) {
  const reading = words.errors[failure.code];
  const waits = step.state === 'waiting';
  return (
    <Stack gap="xs" className="note" data-tone={waits ? 'pending' : 'person'}>
      <State
        look={
          waits && step.retryAt
            ? { ...STEP_LOOKS.waiting, word: `Tries again at ${clockTime(step.retryAt)}` }
            : { ...STEP_LOOKS.failed, word: reading?.title ?? 'Failed' }
        }
      />
      <Text>{failure.message}</Text>
      {failure.evidence && <EvidenceBlock evidence={failure.evidence} />}
      {reading && <Text className="quiet">{waits ? `${reading.title}. ${reading.action}` : reading.action}</Text>}
      {waits ? <TryNow view={view} /> : view.outcome !== null && <Remedies view={view} failure={failure} />}
    </Stack>
  );
}

function TryNow({ view }: { readonly view: RenewalView }) {
  const resume = useControl(view.id, 'resume');
  return (
    <Group>
      <Button {...useLock('operator')} variant="default" loading={resume.isPending} onClick={() => resume.mutate(null)}>
        Try now
      </Button>
      {resume.error && <ProblemNote error={resume.error} />}
    </Group>
  );
}

function Remedies({ view, failure }: { readonly view: RenewalView; readonly failure: Failure }) {
  const remedies: readonly Remedy[] = REMEDIES[failure.code];
  const buttons = remedies.flatMap((remedy) => {
    const button = BUTTONS[remedy];
    return button ? [<span key={remedy}>{button(view)}</span>] : [];
  });
  return buttons.length === 0 ? null : <Group gap="xs">{buttons}</Group>;
}

const BUTTONS: Readonly<Record<Remedy, ((view: RenewalView) => ReactNode) | null>> = {
  'renew-again': ({ connectionId }) => <RenewAgain connectionId={connectionId} />,
  'edit-connection': ({ connectionId }) => (
    <Only needs="admin">
      <Button variant="default" component={Link} href={`/connections/${connectionId}/edit`}>
        Edit connection
      </Button>
    </Only>
  ),
  'dry-run': ({ connectionId }) => (
    <Only needs="operator">
      <Button variant="default" component={Link} href={`/connections/${connectionId}?dry-run=1`}>
        Dry run
      </Button>
    </Only>
  ),
  'check-dns': ({ facts }) => (
    <Button variant="default" component={Link} href={addressOf(missedRecord(facts))}>
      Look at DNS
    </Button>
  ),
  'log-in': null,
  none: null,
};

function RenewAgain({ connectionId }: { readonly connectionId: number }) {
  const { askToRenew } = useDialogs();
  return (
    <Button {...useLock('operator')} onClick={() => askToRenew(connectionId)}>
      Renew again
    </Button>
  );
}
