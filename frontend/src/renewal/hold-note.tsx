import { Button, Group, Stack, TextInput } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import type { RenewalView } from '../api/types.ts';
import { useLock } from '../session/may.ts';
import { Moment } from '../ui/moment.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { State } from '../words/state.tsx';
import { MODES } from '../words/states.ts';
import { splitAsk } from './ask.ts';
import { goWords } from './go-words.ts';
import type { StepProgress } from './progress.ts';
import { useControl } from './use-control.ts';

interface HoldNoteProps {
  readonly view: RenewalView;
  readonly step: StepProgress;
  readonly ask: string;
}

export function HoldNote({ view, step, ask }: HoldNoteProps) {
  const resume = useControl(view.id, 'resume');
  const operate = useLock('operator');
  const [typed, setTyped] = useState('');
  const { confirm } = step;
  return (
    <Stack gap="xs" className="note" data-tone="person">
      <State look={MODES.held} />
      <Ask ask={ask} />
      {view.resumeAt !== null && (
        <div className="quiet">
          Without an answer it gives up <Moment at={view.resumeAt} />, and removes what it published.
        </div>
      )}
      {confirm !== null && (
        <TextInput
          label={`Type "${confirm}" to go on`}
          className="mono-input"
          maw="24rem"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      <Group>
        <Button
          leftSection={<IconPlayerPlay size={14} />}
          loading={resume.isPending}
          disabled={confirm !== null && typed !== confirm}
          {...operate}
          onClick={() => resume.mutate(confirm)}
          data-testid="go-on"
        >
          {goWords(view.facts, step)}
        </Button>
      </Group>
      {resume.error && <ProblemNote error={resume.error} />}
    </Stack>
  );
}

/** What is asked, and below it node by node what is interrupted. */
function Ask({ ask }: { readonly ask: string }) {
  const { sentence, nodes } = splitAsk(ask);
  return (
    <>
      <div className="ask">{sentence}</div>
      {nodes.map(({ node, services }) => (
        <div key={node}>
          <div className="mono ask">{node}</div>
          <ul className="ask-services">
            {services.map(({ service, impact }) => (
              <li key={service}>
                {service} <span className="quiet">{impact}</span>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </>
  );
}
