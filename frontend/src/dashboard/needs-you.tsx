import { Button } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { Link } from 'wouter';
import { useWords } from '../api/queries.ts';
import type { ConnectionItem, DashboardView } from '../api/types.ts';
import { useDialogs } from '../renewal/dialogs.ts';
import { useLock } from '../session/may.ts';
import { Moment } from '../ui/moment.tsx';
import { Panel } from '../ui/panel.tsx';
import { Practice } from '../ui/practice.tsx';
import { lookOfConnection } from '../words/judge.ts';
import { State } from '../words/state.tsx';

interface NeedsYouProps {
  readonly needs: DashboardView['needs'];
  readonly leftovers: number;
}

/** What a person has to do something about, the worst first. */
export function NeedsYou({ needs: { items, total }, leftovers }: NeedsYouProps) {
  return (
    <Panel
      title="Needs you"
      aside={
        total > items.length && (
          <Link href="/connections?state=needs-person">All {total.toLocaleString('en')} of them</Link>
        )
      }
    >
      {total === 0 && leftovers === 0 && (
        <span className="quiet">
          <IconCircleCheck size={15} aria-hidden /> Nothing waits for a person.
        </span>
      )}
      <ul className="needs-you">
        {items.map((item) => (
          <Item key={item.id} item={item} />
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

function Item({ item }: { readonly item: ConnectionItem }) {
  const words = useWords();
  const { follow, askToRenew } = useDialogs();
  const { id, name, slot, lastRenewal } = item;
  const operate = useLock('operator');
  const running = lastRenewal?.outcome === null;
  const action = running ? 'Review' : lastRenewal && item.standing !== 'expired' ? 'See why' : 'Renew';
  return (
    <li>
      <State look={lookOfConnection(item, words)} />
      <span className="needs-what">
        <Link href={`/connections/${id}`} className="name-link">
          {name}
        </Link>
        <span className="quiet"> · {slot}</span> {item.practice && <Practice />}
        <span className="needs-why">
          {item.standing === 'expired' && item.lastSeen ? (
            <>
              {item.lastSeen.endpoints === 0 ? 'The certificate' : 'What is served'} ended{' '}
              <Moment at={item.lastSeen.notAfter} />.
            </>
          ) : (
            lastRenewal?.note?.split('\n')[0]
          )}
        </span>
      </span>
      <Button
        {...(action === 'Renew' ? operate : {})}
        size="compact-xs"
        variant={running ? 'filled' : 'default'}
        onClick={() => (action === 'Renew' || !lastRenewal ? askToRenew(id) : follow(lastRenewal.id))}
        aria-label={`${action}: ${name}`}
      >
        {action}
      </Button>
    </li>
  );
}
