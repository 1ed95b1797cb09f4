import { Group, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { post } from '../api/client.ts';
import type { NotifierTestView } from '../api/types.ts';
import { RoleButton } from '../session/role-button.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { State } from '../words/state.tsx';
import { DELIVERY } from './looks.ts';

interface SendTestProps {
  readonly path: string;
  readonly body: object;
}

/** Sends a message now, and shows what the service said. */
export function SendTest({ path, body }: SendTestProps) {
  const test = useMutation({ mutationFn: () => post<NotifierTestView>(path, body) });
  return (
    <div>
      <Group gap="sm" align="center">
        <RoleButton needs="operator" size="xs" variant="default" loading={test.isPending} onClick={() => test.mutate()}>
          Send test
        </RoleButton>
        {test.data && (
          <div role="status">
            <State look={DELIVERY.delivered} />
            <Text className="quiet">
              {(test.data.tookMs / 1000).toFixed(1)} s. {test.data.answer}
            </Text>
          </div>
        )}
      </Group>
      {test.error && <ProblemNote error={test.error} />}
    </div>
  );
}
