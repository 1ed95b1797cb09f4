import type { Finding, PreflightView } from '../api/types.ts';
import { State } from '../words/state.tsx';
import { FINDINGS } from '../words/states.ts';
import './findings.css';

const ORDER: readonly Finding['outcome'][] = ['block', 'warn', 'skipped', 'ok'];

/** What a dry run saw: what is in the way first. */
export function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  const sorted = [...findings].sort((a, b) => ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome));
  return (
    <ul className="findings" aria-label="Findings">
      {sorted.map(({ id, title, outcome, answer, todo, reference }) => (
        <li key={id} data-outcome={outcome}>
          <State look={FINDINGS[outcome]} />
          <div>
            <strong>{title}</strong>: {answer}
            {todo && <div className="quiet">{todo}</div>}{' '}
            {reference && outcome !== 'ok' && (
              <a href={reference} target="_blank" rel="noreferrer">
                Why
              </a>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

/** The whole answer in one sentence. */
export function verdict({ outcome }: PreflightView): string {
  if (outcome === 'block') return 'A renewal cannot succeed as it is: something is in the way.';
  return outcome === 'warn' ? 'A renewal can succeed. Mind what is marked.' : 'Nothing is in the way of a renewal.';
}
