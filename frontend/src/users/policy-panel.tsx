import { Checkbox, Group, Stack } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { AccessPolicy } from '../api/access-types.ts';
import { changeTagged, getTagged } from '../api/client.ts';
import { Loaded } from '../ui/loading.tsx';
import { Panel } from '../ui/panel.tsx';
import { ProblemNote } from '../ui/problem.tsx';

const KEY = ['access-policy'];
const ROLES = ['viewer', 'operator', 'admin'] as const;

/** Which roles need a second factor. */
export function PolicyPanel() {
  const queries = useQueryClient();
  const query = useQuery({ queryKey: KEY, queryFn: ({ signal }) => getTagged<AccessPolicy>('/access/policy', signal) });
  const change = useMutation({
    mutationFn: ({ tag, ...policy }: AccessPolicy & { readonly tag: string }) =>
      changeTagged('PUT', '/access/policy', tag, policy),
    // Also after a refusal: then the boxes show what somebody else has chosen meanwhile.
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  return (
    <Panel title="Second factor">
      <Loaded query={query}>
        {({ value: { secondFactorFor }, tag }) => (
          <Stack gap="xs">
            <Checkbox.Group
              label="Needed for"
              description="Whoever has none sets it up at the next request. Single sign-on is not concerned: the provider asks for it."
              value={[...secondFactorFor]}
              onChange={(roles) =>
                change.mutate({
                  tag,
                  secondFactorFor: ROLES.filter((role) => (roles as readonly string[]).includes(role)),
                })
              }
            >
              <Group mt={6}>
                {ROLES.map((role) => (
                  <Checkbox key={role} value={role} label={role} />
                ))}
              </Group>
            </Checkbox.Group>
            {change.error && <ProblemNote error={change.error} />}
          </Stack>
        )}
      </Loaded>
    </Panel>
  );
}
