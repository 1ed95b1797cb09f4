import { Button } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { ConnectionView, WordsView } from '../api/types.ts';
import { useDialogs } from '../renewal/dialogs.ts';
import { Panel } from '../ui/panel.tsx';
import { lookOfConnection, urgency } from '../words/judge.ts';
import { State } from '../words/state.tsx';
import './dashboard.css';

interface NeedsYouProps {
  readonly connections: readonly ConnectionView[];
  readonly leftovers: number;
  readonly words: WordsView | undefined;
}

/** What a person has to do something about, the worst first. */
export function NeedsYou({ connections, leftovers, words }: NeedsYouProps) {
  const urgent = connections
    .flatMap((connection) => {
      const rank = urgency(connection, words);
      return rank === null ? [] : [{ connection, rank }];
    })
    .sort((a, b) => a.rank - b.rank);
  return (
    <Panel title="Needs you">
      {urgent.length === 0 && leftovers === 0 && (
        <span className="quiet">
          <IconCircleCheck size={15} aria-hidden /> Nothing waits for a person.
        </span>
      )}
      <ul className="needs-you">
        {urgent.map(({ connection }) => (
          <Item key={connection.id} connection={connection} words={words} />
        ))}
        {leftovers > 0 && (
          <li>
            <State look={{ word: 'Left behind', tone: 'pending' }} />
            <span>{leftovers === 1 ? 'One TXT record' : `${leftovers} TXT records`} could not be removed</span>
            <Button component={Link} href="/dns" variant="default" size="compact-xs">
              See which
            </Button>
          </li>
        )}
      </ul>
    </Panel>
  );
}

function Item({ connection, words }: { readonly connection: ConnectionView; readonly words: WordsView | undefined }) {
  const { follow } = useDialogs();
  const { id, name, slot, lastRenewal } = connection;
  const running = lastRenewal?.outcome === null;
  return (
    <li>
      <State look={lookOfConnection(connection, words)} />
      <span className="needs-what">
        <Link href={`/connections/${id}`} className="name-link">
          {name}
        </Link>
        <span className="quiet"> · {slot}</span>
        <span className="needs-why">{lastRenewal?.note?.split('\n')[0]}</span>
      </span>
      {lastRenewal && (
        <Button
          size="compact-xs"
          variant={running ? 'filled' : 'default'}
          onClick={() => follow(lastRenewal.id)}
          aria-label={`${running ? 'Review' : 'See why'}: ${name}`}
        >
          {running ? 'Review' : 'See why'}
        </Button>
      )}
    </li>
  );
}
