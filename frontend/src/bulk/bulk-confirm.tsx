import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { post } from '../api/client.ts';
import type { BulkAction, BulkPlan, BulkView } from '../api/types.ts';
import { Loaded } from '../ui/loading.tsx';
import { many, verb } from '../ui/many.ts';
import { Practice } from '../ui/practice.tsx';
import { ProblemNote } from '../ui/problem.tsx';

interface BulkConfirmProps {
  readonly action: BulkAction;
  readonly connectionIds: readonly number[];
  readonly onAsked: (bulkId: string) => void;
  readonly onClose: () => void;
}

const BUTTONS: Readonly<Record<BulkAction, (count: string) => string>> = {
  renew: (count) => `Renew ${count}`,
  test: (count) => `Look at ${count}`,
  enable: (count) => `Switch on ${count}`,
  disable: (count) => `Switch off ${count}`,
};

/** How many, which, and what it interrupts, before anything happens. */
export function BulkConfirm({ action, connectionIds, onAsked, onClose }: BulkConfirmProps) {
  const body = { action, connectionIds };
  const plan = useQuery({
    queryKey: ['bulk-plan', action, connectionIds],
    queryFn: ({ signal }) => post<BulkPlan>('/bulk/plan', body, signal),
    staleTime: 0,
    gcTime: 0,
  });
  const ask = useMutation({
    mutationFn: () => post<BulkView>('/bulk', body),
    onSuccess: ({ id }) => onAsked(id),
  });
  return (
    <Stack gap="sm">
      <Loaded query={plan}>{(loaded) => <Consequences action={action} plan={loaded} />}</Loaded>
      {ask.error && <ProblemNote error={ask.error} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Not now
        </Button>
        <Button loading={ask.isPending} disabled={!plan.data} onClick={() => ask.mutate()}>
          {BUTTONS[action](many(connectionIds.length, 'connection'))}
        </Button>
      </Group>
    </Stack>
  );
}

function Consequences({ action, plan }: { readonly action: BulkAction; readonly plan: BulkPlan }) {
  const { names, total } = plan;
  const more = total - names.length;
  return (
    <>
      <Text>
        {names.join(', ')}
        {more > 0 && ` and ${more.toLocaleString('en')} more`}.
      </Text>
      <ul className="bulk-consequences">{WORDS[action](plan)}</ul>
    </>
  );
}

function Refused({ incomplete }: Pick<BulkPlan, 'incomplete'>) {
  return incomplete > 0 && <li>{many(incomplete, 'connection')} are not complete: those are refused.</li>;
}

/** What is interrupted when, of those that begin. What is in no line restarts nothing. */
export function RestartLines({ atOnce, inWindow, asking }: Pick<BulkPlan, 'atOnce' | 'inWindow' | 'asking'>) {
  if (atOnce + inWindow + asking === 0) return <li>Nothing is restarted.</li>;
  return (
    <>
      {atOnce > 0 && (
        <li>
          {many(atOnce, 'connection')} {verb(atOnce, 'restart')} the services behind the certificate at once: people
          lose their web access for minutes, appliance by appliance.
        </li>
      )}
      {inWindow > 0 && (
        <li>
          {many(inWindow, 'connection')} {verb(inWindow, 'wait')} with the restart until the window opens.
        </li>
      )}
      {asking > 0 && (
        <li>
          {many(asking, 'connection')} {verb(asking, 'stop')} before the restart and {verb(asking, 'ask')} you.
        </li>
      )}
      {atOnce + inWindow === 0 && <li>No service is restarted before somebody allows it.</li>}
    </>
  );
}

const WORDS: Readonly<Record<BulkAction, (plan: BulkPlan) => ReactNode>> = {
  renew: ({ appliances, running, incomplete, practice, ...plan }) => (
    <>
      <li>
        A new certificate is ordered for each, due or not, and put on:
        <ul>
          {appliances.map(({ title, slot, count }) => (
            <li key={`${title} ${slot}`}>
              {count.toLocaleString('en')} × {slot} of {title}
            </li>
          ))}
        </ul>
      </li>
      {practice > 0 && (
        <li>
          {many(practice, 'connection')} of them <Practice long />
        </li>
      )}
      <RestartLines {...plan} />
      {running > 0 && <li>{many(running, 'connection')} have a renewal under way: those are refused.</li>}
      <Refused incomplete={incomplete} />
      <li>Three run at a time, the others wait for their turn. What has not begun can be stopped.</li>
    </>
  ),
  test: ({ incomplete }) => (
    <>
      <li>Nothing is changed and nothing is interrupted: certferry only looks.</li>
      <li>Three are looked at at a time. Each appliance, CA and DNS service is asked.</li>
      <Refused incomplete={incomplete} />
    </>
  ),
  enable: ({ already, incomplete }) => (
    <>
      <li>Nothing is interrupted now. They are renewed by themselves when they are due.</li>
      {already > 0 && <li>{many(already, 'connection')} are on already.</li>}
      <Refused incomplete={incomplete} />
    </>
  ),
  disable: ({ already }) => (
    <>
      <li>Nothing is interrupted now. Their certificates end on their day unless somebody renews them.</li>
      {already > 0 && <li>{many(already, 'connection')} are off already.</li>}
    </>
  ),
};
