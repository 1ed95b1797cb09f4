import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { type AccountFamily, FAMILY_WORDS, useAccounts } from '../accounts/families.ts';
import { TestResult } from '../accounts/test-result.tsx';
import { useTestAccount } from '../accounts/use-account.ts';
import { get, post } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import type { AccountView, LabView } from '../api/types.ts';
import { Only } from '../session/only.tsx';
import { Panel } from '../ui/panel.tsx';
import { Practice } from '../ui/practice.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { State } from '../words/state.tsx';
import './first-minute.css';

/** An empty installation says what to do, in order, and what came back of each; beside a lab, what to practise with first. */
export function FirstMinute() {
  const lab = useQuery({
    queryKey: keys.lab,
    queryFn: ({ signal }) => get<LabView>('/lab', signal),
    staleTime: Number.POSITIVE_INFINITY,
  }).data;
  return (
    <Panel title="Nothing to look after yet">
      <Stack gap="md">
        <Only needs="admin">
          {lab?.available && <PracticeOffer />}
          <Text>
            {lab?.available ? 'An appliance of your own takes three things' : 'Three things'}, and each can be tested
            before anything is changed:
          </Text>
          <ol className="first-steps">
            <AccountStep family="issuer" number={1} title="Who signs">
              Let’s Encrypt, another public CA, or one of your own. Practise with a staging CA first, when you like.
            </AccountStep>
            <AccountStep family="dns" number={2} title="Who proves the names">
              A DNS account that can add TXT records, or you by hand.
            </AccountStep>
            <Step number={3} title="The first connection" isDone={false}>
              <Text className="quiet">
                An appliance: its address, an account, and which of its certificates and keys to trust. A dry run looks
                at all of it, and changes nothing.
              </Text>
              <Group gap="xs">
                <Button component={Link} href="/connections/new">
                  Add the first connection
                </Button>
              </Group>
            </Step>
          </ol>
          {lab?.available === false && (
            <Text className="quiet">
              To practise first, without any appliance: <code className="mono">npm run lab</code>.
            </Text>
          )}
        </Only>
      </Stack>
    </Panel>
  );
}

interface StepProps {
  readonly number: number;
  readonly title: string;
  readonly isDone: boolean;
  readonly children: ReactNode;
}

function Step({ number, title, isDone, children }: StepProps) {
  return (
    <li className="first-step">
      <span className="first-number" aria-hidden>
        {number}
      </span>
      <Stack gap={6}>
        <Group gap="sm">
          <Title order={3}>{title}</Title>
          {isDone && <State look={{ word: 'There', tone: 'plain' }} />}
        </Group>
        {children}
      </Stack>
    </li>
  );
}

interface AccountStepProps {
  readonly family: AccountFamily;
  readonly number: number;
  readonly title: string;
  readonly children: ReactNode;
}

function AccountStep({ family, number, title, children }: AccountStepProps) {
  const accounts = useAccounts(family).data ?? [];
  const { path, add } = FAMILY_WORDS[family];
  return (
    <Step number={number} title={title} isDone={accounts.length > 0}>
      {accounts.length === 0 && <Text className="quiet">{children}</Text>}
      {accounts.map((account) => (
        <TestedAccount key={account.id} family={family} account={account} />
      ))}
      <Group gap="xs">
        <Button
          component={Link}
          href={`/settings${path}?add=1&back=1`}
          variant={accounts.length === 0 ? 'filled' : 'default'}
        >
          {accounts.length === 0 ? add : 'Add another'}
        </Button>
      </Group>
    </Step>
  );
}

function TestedAccount({ family, account }: { readonly family: AccountFamily; readonly account: AccountView }) {
  const { id, name, title, practice } = account;
  const test = useTestAccount(family, id);
  return (
    <Stack gap={6}>
      <Group gap="sm">
        <span>
          <strong>{name}</strong> {title !== name && <span className="quiet">{title}</span>}{' '}
          {practice && <Practice long />}
        </span>
        <Button variant="default" loading={test.isPending} onClick={() => test.mutate()} aria-label={`Test ${name}`}>
          Test
        </Button>
      </Group>
      {test.error && <ProblemNote error={test.error} />}
      {test.data && <TestResult view={test.data} />}
    </Stack>
  );
}

/** The simulated appliance, which needs nothing of the rest. */
function PracticeOffer() {
  const queries = useQueryClient();
  const [, go] = useLocation();
  const adding = useMutation({
    mutationFn: () => post<{ readonly id: number }>('/lab/connection'),
    onSuccess: ({ id }) => {
      void queries.invalidateQueries({ queryKey: keys.connections });
      go(`/connections/${id}`);
    },
  });
  return (
    <section className="note" data-tone="running" aria-label="To practise">
      <Stack gap="xs">
        <Text>
          This daemon runs in the lab, beside a simulated appliance with DNS and a CA. Add its connection and renew it:
          nothing real is touched.
        </Text>
        {adding.error && <ProblemNote error={adding.error} />}
        <Group>
          <Button loading={adding.isPending} onClick={() => adding.mutate()}>
            Add the lab connection
          </Button>
        </Group>
      </Stack>
    </section>
  );
}
