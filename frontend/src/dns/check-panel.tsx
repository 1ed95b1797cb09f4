import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useSearchParams } from 'wouter';
import { post } from '../api/client.ts';
import type { DnsCheckView } from '../api/types.ts';
import { useLock } from '../session/may.ts';
import { Panel } from '../ui/panel.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { AnswerTable } from './answer-table.tsx';
import { hostIn } from './host.ts';

/** Asks everybody who answers for the challenge record of a name. */
export function CheckPanel() {
  const [params] = useSearchParams();
  const [name, setName] = useState(params.get('name') ?? '');
  const [value, setValue] = useState('');
  const check = useMutation({
    mutationFn: () => post<DnsCheckView>('/dns/check', { name: hostIn(name), ...(value === '' ? {} : { value }) }),
  });
  const operate = useLock('operator');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    check.mutate();
  };
  return (
    <Panel title="Check a name">
      <Stack gap="md">
        <form onSubmit={submit}>
          <Group align="flex-end" gap="xs">
            <TextInput
              label="Name"
              placeholder="cucm-pub.example.com"
              className="mono-input"
              required
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              miw="min(20rem, 100%)"
            />
            <TextInput
              label="TXT value, if you look for one"
              className="mono-input"
              value={value}
              onChange={(event) => setValue(event.currentTarget.value)}
              miw="min(20rem, 100%)"
            />
            <Button {...operate} type="submit" size="sm" loading={check.isPending}>
              Ask every server
            </Button>
          </Group>
        </form>
        {check.error && <ProblemNote error={check.error} />}
        {check.data && <Answer check={check.data} />}
      </Stack>
    </Panel>
  );
}

function Answer({ check }: { readonly check: DnsCheckView }) {
  const { name, aliases, fqdn, zone, answers, agreed, diagnosis } = check;
  return (
    <section aria-label="Answer" aria-live="polite">
      <Text>
        <span className="mono">{name}</span>
        {aliases.length > 0 && (
          <>
            {' '}
            is an alias for <span className="mono">{fqdn}</span>
          </>
        )}
        , zone <span className="mono">{zone}</span>
      </Text>
      <Text fw={550}>{agreed ? 'All servers agree.' : 'The servers do not agree.'}</Text>
      {diagnosis.map(({ sentence }) => (
        <Text key={sentence}>{sentence}</Text>
      ))}
      <AnswerTable answers={answers} />
    </section>
  );
}
