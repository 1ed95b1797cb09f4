import { Button } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { Link } from 'wouter';
import type { DashboardView, NeedItem } from '../api/types.ts';
import { useDialogs } from '../renewal/dialogs.ts';
import { useLock } from '../session/may.ts';
import { Moment } from '../ui/moment.tsx';
import { Panel } from '../ui/panel.tsx';
import { Practice } from '../ui/practice.tsx';
import { StandingState, State } from '../words/state.tsx';

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

function Item({ item }: { readonly item: NeedItem }) {
  const { id, name, slot, standing, lastSeen, why } = item;
  return (
    <li>
      <StandingState connection={item} />
      <span className="needs-what">
        <Link href={`/connections/${id}`} className="name-link">
          {name}
        </Link>
        {slot !== '' && <span className="quiet"> · {slot}</span>} {item.practice && <Practice />}
        <span className="needs-why">
          {standing === 'expired' && lastSeen && (
            <>
              {lastSeen.endpoints === 0 ? 'The certificate' : 'What is served'} ended <Moment at={lastSeen.notAfter} />.{' '}
            </>
          )}
          {why}
        </span>
      </span>
      <NextStep item={item} />
    </li>
  );
}

/** Where a person begins with it: at the renewal that asks or failed, at a new one, or at what is known of the connection. */
function NextStep({ item }: { readonly item: NeedItem }) {
  const { id, name, standing, lastRenewal } = item;
  const { follow, askToRenew } = useDialogs();
  const operate = useLock('operator');
  const isRunning = lastRenewal?.outcome === null;
  if (!isRunning && RENEWED_BY_HAND.includes(standing)) {
    return (
      <Button
        {...operate}
        size="compact-xs"
        variant="default"
        onClick={() => askToRenew(id)}
        aria-label={`Renew: ${name}`}
      >
        Renew
      </Button>
    );
  }
  if (!lastRenewal || !isOfLastRenewal(item)) {
    return (
      <Button
        component={Link}
        href={`/connections/${id}`}
        size="compact-xs"
        variant="default"
        aria-label={`See why: ${name}`}
      >
        See why
      </Button>
    );
  }
  const action = isRunning ? 'Review' : 'See why';
  return (
    <Button
      size="compact-xs"
      variant={isRunning ? 'filled' : 'default'}
      onClick={() => follow(lastRenewal.id)}
      aria-label={`${action}: ${name}`}
    >
      {action}
    </Button>
  );
}

/** Else its last renewal went well, and something was seen since. */
function isOfLastRenewal({ standing, lastRenewal }: NeedItem): boolean {
  return standing === 'not-served' ? lastRenewal?.outcome === 'installed-not-served' : standing !== 'unreachable';
}

const RENEWED_BY_HAND: readonly NeedItem['standing'][] = ['expired', 'stuck', 'expiring'];
