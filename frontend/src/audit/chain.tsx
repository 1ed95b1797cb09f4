import { Button, Group, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { AuditVerificationView } from '../api/audit-types.ts';
import { get } from '../api/client.ts';
import { Mono } from '../ui/mono.tsx';
import { Panel } from '../ui/panel.tsx';
import { ProblemNote } from '../ui/problem.tsx';

/** Whether somebody has changed what is written here. */
export function Chain() {
  const check = useMutation({ mutationFn: () => get<AuditVerificationView>('/audit/verification') });
  return (
    <Panel
      title="Is it whole?"
      aside={
        <Button size="xs" variant="default" loading={check.isPending} onClick={() => check.mutate()}>
          Verify
        </Button>
      }
    >
      <Text>Each row holds the hash of the one before, so that a row that is changed, removed or moved shows.</Text>
      {check.error && <ProblemNote error={check.error} />}
      {check.data && <Found found={check.data} />}
    </Panel>
  );
}

function Found({ found: { rows, head, fault } }: { readonly found: AuditVerificationView }) {
  if (fault !== null)
    return (
      <Text role="alert" c="red">
        The audit was tampered with. {fault}
      </Text>
    );
  return (
    <Group gap="xs" role="status">
      <Text>{rows} rows, whole. The last is</Text>
      {head && (
        <Mono>
          {head.seq}:{head.hash}
        </Mono>
      )}
    </Group>
  );
}
