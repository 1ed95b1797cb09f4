import { Link } from 'wouter';
import type { ConnectionView, WordsView } from '../api/types.ts';
import { lookOfConnection } from '../words/judge.ts';
import { State } from '../words/state.tsx';
import type { Look, Tone } from '../words/states.ts';
import './dashboard.css';

interface CountsProps {
  readonly connections: readonly ConnectionView[];
  readonly words: WordsView | undefined;
}

/** How many connections are in which state. */
export function Counts({ connections, words }: CountsProps) {
  const groups = Map.groupBy(
    connections.map((connection) => general(lookOfConnection(connection, words))),
    ({ word }) => word,
  );
  return (
    <section className="counts" aria-label="Counts">
      {[...groups.values()].map((looks) => {
        const [look] = looks;
        return (
          look && (
            <Link key={look.word} href={`/connections?state=${look.tone}`}>
              <strong>{looks.length}</strong>
              <State look={look} />
            </Link>
          )
        );
      })}
    </section>
  );
}

const GENERAL: Partial<Record<Tone, string>> = { running: 'Running', pending: 'Trying again' };

/** What runs is counted together, whatever its step. */
function general(look: Look): Look {
  return { ...look, word: GENERAL[look.tone] ?? look.word };
}
