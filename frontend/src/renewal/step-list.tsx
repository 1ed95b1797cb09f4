import type { StepName, WordsView } from '../api/types.ts';
import { Duration } from '../ui/duration.tsx';
import { clockTime } from '../ui/time.ts';
import { titleOf } from '../words/judge.ts';
import { StateIcon } from '../words/state.tsx';
import { type Look, STEP_LOOKS } from '../words/states.ts';
import type { StepProgress } from './progress.ts';

interface StepListProps {
  readonly steps: readonly StepProgress[];
  readonly shown: StepName;
  readonly choose: (step: StepName) => void;
  readonly words: WordsView;
}

/** The steps in the order of the machine. */
export function StepList({ steps, shown, choose, words }: StepListProps) {
  return (
    <ol className="step-list" aria-label="Steps">
      {steps.map((step) => (
        <li key={step.name}>
          <button
            type="button"
            className="step-row"
            data-step={step.name}
            data-state={step.state}
            aria-current={step.name === shown ? 'step' : undefined}
            onClick={() => choose(step.name)}
          >
            <StateIcon look={lookOf(step)} />
            <span className="step-title">{titleOf(step.name, words)}</span>
            <span className="quiet">{step.startedAt && <Duration from={step.startedAt} to={step.endedAt} />}</span>
            <span className="step-line">{lineOf(step)}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}

/** Green is for what was seen served, and for nothing else. */
function lookOf({ name, state, failure }: StepProgress): Look {
  if (state === 'waiting' && !failure) return { ...STEP_LOOKS.waiting, word: 'Waits' };
  return name === 'verify' && state === 'done' ? { ...STEP_LOOKS.done, tone: 'served' } : STEP_LOOKS[state];
}

function lineOf({ state, line, retryAt, failure }: StepProgress): string | null {
  if (state === 'held') return 'Waits for you';
  if (state === 'waiting' && retryAt !== null) {
    return `${failure ? 'Tries again' : 'Goes on'} at ${clockTime(retryAt)}: ${line ?? ''}`;
  }
  return line;
}
