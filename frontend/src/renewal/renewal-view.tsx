import { useState } from 'react';
import { useRenewal, useWords } from '../api/queries.ts';
import type { RenewalView as Renewal, StepName, WordsView } from '../api/types.ts';
import { useConnectivity } from '../live/live.tsx';
import { Loaded } from '../ui/loading.tsx';
import { Conclusion } from './conclusion.tsx';
import { Controls } from './controls.tsx';
import { progressOf } from './progress.ts';
import { ServedFooter } from './served-footer.tsx';
import { StepDetails } from './step-details.tsx';
import { StepList } from './step-list.tsx';
import './renewal-view.css';

/** A renewal, running or over: a view of what is stored, the same in every browser. */
export function RenewalView({ id }: { readonly id: string }) {
  const words = useWords();
  const query = useRenewal(id);
  return <Loaded query={query}>{(view) => words && <Shown view={view} words={words} />}</Loaded>;
}

/** Not of a certificate that is only kept. */
const ON_THE_APPLIANCE: readonly StepName[] = ['install', 'activate', 'verify'];

function Shown({ view, words }: { readonly view: Renewal; readonly words: WordsView }) {
  const { kind } = useConnectivity();
  const keeps = view.facts.target?.goal === 'keep';
  const [chosen, choose] = useState<StepName | null>(null);
  // The daemon of the same version names its own steps.
  const order = words.steps
    .map(({ name }) => name as StepName)
    .filter((name) => !keeps || !ON_THE_APPLIANCE.includes(name));
  const progress = progressOf(order, view.events);
  const shown = chosen ?? progress.current ?? 'inspect';
  const step = progress.steps.find(({ name }) => name === shown) ?? progress.steps[0];
  return (
    <div className="renewal" data-connection={kind}>
      {progress.finished && <Conclusion view={view} finished={progress.finished} words={words} />}
      <div className="renewal-columns">
        <StepList steps={progress.steps} shown={shown} choose={choose} words={words} />
        {step && <StepDetails view={view} step={step} words={words} key={step.name} />}
      </div>
      <footer className="renewal-footer">
        {keeps ? <span /> : <ServedFooter view={view} />}
        <Controls view={view} progress={progress} />
      </footer>
    </div>
  );
}
