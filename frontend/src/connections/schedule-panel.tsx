import { Button, Group, Text } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useExplanation } from '../api/queries.ts';
import type { ExplanationView } from '../api/types.ts';
import { useDialogs } from '../renewal/dialogs.ts';
import { useLock } from '../session/may.ts';
import { Loaded } from '../ui/loading.tsx';
import { Moment } from '../ui/moment.tsx';
import { Panel } from '../ui/panel.tsx';

/** Why it was, or was not, renewed, what comes next, and who decides. */
export function SchedulePanel({ connectionId }: { readonly connectionId: number }) {
  return (
    <Panel title="What comes next">
      <Loaded query={useExplanation(connectionId)}>{(explanation) => <Explained explanation={explanation} />}</Loaded>
    </Panel>
  );
}

function Explained({
  explanation: { connectionId, state, sentence, facts },
}: {
  readonly explanation: ExplanationView;
}) {
  const setback = facts.setbacks.issue ?? facts.setbacks.deploy;
  return (
    <>
      <Text>{sentence}</Text>
      {state === 'emergency-asks' && <RenewNow connectionId={connectionId} />}
      <dl className="facts schedule-facts">
        {facts.dueFrom && (
          <Fact name="Due from">
            <Moment at={facts.dueFrom} />, {DECIDED_BY[facts.decidedBy]}
          </Fact>
        )}
        {facts.caWindow && (
          <Fact name="The CA’s window">
            begins <Moment at={facts.caWindow.start} />, ends <Moment at={facts.caWindow.end} />
            {facts.caWindow.explanationUrl && (
              <>
                {' '}
                <a href={facts.caWindow.explanationUrl} target="_blank" rel="noreferrer">
                  Why
                </a>
              </>
            )}
          </Fact>
        )}
        {setback && (
          <Fact name="Last failure">
            <Moment at={setback.at} />: {setback.message}
          </Fact>
        )}
        {facts.unreachableSince && (
          <Fact name="Unreachable">
            since <Moment at={facts.unreachableSince} />
          </Fact>
        )}
        {facts.validatesFirst && (
          <Fact name="First">The next attempt is made at the test CA, where nothing counts.</Fact>
        )}
        {facts.lookedAt && (
          <Fact name="Last look">
            <Moment at={facts.lookedAt} />
            {facts.nextLookAt && (
              <>
                , the next <Moment at={facts.nextLookAt} />
              </>
            )}
          </Fact>
        )}
      </dl>
    </>
  );
}

/** What the sentence above asks a person to do. */
function RenewNow({ connectionId }: { readonly connectionId: number }) {
  const { askToRenew } = useDialogs();
  const operate = useLock('operator');
  return (
    <Group mt="xs">
      <Button {...operate} leftSection={<IconPlayerPlay size={14} />} onClick={() => askToRenew(connectionId)}>
        Renew now
      </Button>
    </Group>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

const DECIDED_BY = {
  'ca-window': 'as the CA wants it',
  'days-before': 'so many days before its end, as the policy says',
  lifetime: 'when a third of its life is left',
  person: 'as a person asked',
} as const satisfies Record<ExplanationView['facts']['decidedBy'], string>;
