import { Stack, Text } from '@mantine/core';
import type { DashboardView } from '../api/types.ts';
import { Moment } from '../ui/moment.tsx';
import { ago, exact } from '../ui/time.ts';
import { useNow } from '../ui/use-now.ts';
import { State } from '../words/state.tsx';
import './heartbeat.css';

interface HeartbeatProps {
  readonly schedule: DashboardView['schedule'];
  /** ISO 8601: when something begins by itself; null: nothing does. */
  readonly nextAt: string | null;
}

/** That the schedule runs, in a quiet line; that it does not, in a loud one, because then everything else only looks calm. */
export function Heartbeat({ schedule: { ranAt, alive }, nextAt }: HeartbeatProps) {
  if (ranAt === null) return <Silent word="The schedule has not run yet" tone="pending" />;
  if (!alive) return <Silent word="The schedule does not run" tone="person" since={ranAt} />;
  return (
    <p className="heartbeat quiet">
      The schedule looked <Beat at={ranAt} /> · {nextAt === null ? 'no run planned' : <NextRun at={nextAt} />}
    </p>
  );
}

function NextRun({ at }: { readonly at: string }) {
  return (
    <>
      next run <Moment at={at} />
    </>
  );
}

/** `20 s ago`, ticking. */
function Beat({ at }: { readonly at: string }) {
  const age = Math.max(0, useNow(true) - Date.parse(at));
  return (
    <time dateTime={at} title={exact(at)}>
      {age < 60_000 ? `${Math.floor(age / 1000)} s ago` : ago(-age)}
    </time>
  );
}

interface SilentProps {
  readonly word: string;
  readonly tone: 'pending' | 'person';
  /** ISO 8601 */
  readonly since?: string;
}

function Silent({ word, tone, since }: SilentProps) {
  return (
    <Stack component="section" gap="xs" className="note" data-tone={tone} aria-label="Schedule">
      <State look={{ word, tone }} />
      {since === undefined ? (
        <Text>It looks at every connection within a minute of the start of the daemon.</Text>
      ) : (
        <Text>
          It looked last <Moment at={since} />. Nothing is looked at or renewed by itself, and what stands below may be
          old. Look at the log of the daemon, and start it again.
        </Text>
      )}
    </Stack>
  );
}
