import { Title } from '@mantine/core';
import type { RenewalView, WordsView } from '../api/types.ts';
import { Duration } from '../ui/duration.tsx';
import { Clock } from '../ui/moment.tsx';
import { titleOf } from '../words/judge.ts';
import { STEP_SUBJECTS } from '../words/states.ts';
import { DETAILS } from './details/index.ts';
import { FailureNote } from './failure-note.tsx';
import { HoldNote } from './hold-note.tsx';
import type { StepProgress } from './progress.ts';
import { WaitNote } from './wait-note.tsx';

interface StepDetailsProps {
  readonly view: RenewalView;
  readonly step: StepProgress;
  readonly words: WordsView;
}

export function StepDetails({ view, step, words }: StepDetailsProps) {
  const Details = DETAILS[step.name];
  return (
    <section className="step-details" aria-label={titleOf(step.name, words)}>
      <div className="step-head">
        <Title order={3}>{titleOf(step.name, words)}</Title>
        <span className="quiet">
          {step.startedAt === null ? STEP_SUBJECTS[step.name] : <Duration from={step.startedAt} to={step.endedAt} />}
          {step.attempt > 1 && ` · try ${step.attempt}`}
        </span>
      </div>
      {step.state === 'held' && step.ask !== null && <HoldNote view={view} step={step} ask={step.ask} />}
      {step.failure && <FailureNote view={view} step={step} failure={step.failure} words={words} />}
      {step.state === 'waiting' && !step.failure && step.retryAt && (
        <WaitNote view={view} step={step} until={step.retryAt} />
      )}
      <Details view={view} />
      <Notes step={step} />
    </section>
  );
}

function Notes({ step: { notes } }: { readonly step: StepProgress }) {
  if (notes.length === 0) return null;
  return (
    <ul className="notes" aria-label="What happened in this step">
      {notes.map(({ at, message }) => (
        <li key={`${at} ${message}`}>
          <span className="mono quiet">
            <Clock at={at} />
          </span>{' '}
          {message}
        </li>
      ))}
    </ul>
  );
}
