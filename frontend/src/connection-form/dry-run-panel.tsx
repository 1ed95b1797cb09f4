import { Button, Group, Stack, Text } from '@mantine/core';
import { IconStethoscope } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { post } from '../api/client.ts';
import type { ConnectionView, PreflightView } from '../api/types.ts';
import { Findings, verdict } from '../connections/findings.tsx';
import { Panel } from '../ui/panel.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { type Draft, toInput } from './draft.ts';

interface DryRunPanelProps {
  readonly draft: Draft;
  readonly stored: ConnectionView | null;
}

/** Every check of a renewal with what is typed, before it is saved. */
export function DryRunPanel({ draft, stored }: DryRunPanelProps) {
  const look = useMutation({
    mutationFn: () =>
      post<PreflightView>('/connections/preflight', {
        ...toInput(draft),
        ...(stored === null ? {} : { connectionId: stored.id }),
      }),
  });
  return (
    <Panel title="Look before you save">
      <Stack gap="sm">
        <Group gap="sm">
          <Button
            variant="light"
            leftSection={<IconStethoscope size={14} />}
            loading={look.isPending}
            onClick={() => look.mutate()}
          >
            Dry run of what is typed
          </Button>
          <Text className="quiet">Asks the appliance, the CA and DNS. Stores and changes nothing.</Text>
        </Group>
        {look.error && <ProblemNote error={look.error} />}
        {look.data && (
          <section aria-label="What the dry run saw" aria-live="polite">
            <Text fw={550} mb={4}>
              {verdict(look.data)}
            </Text>
            <Findings findings={look.data.findings} />
          </section>
        )}
      </Stack>
    </Panel>
  );
}
