import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useSearchParams } from 'wouter';
import { post } from '../api/client.ts';
import type { DnsCheckView } from '../api/types.ts';
import { useLock, useMay } from '../session/may.ts';
import { Loaded } from '../ui/loading.tsx';
import { Panel } from '../ui/panel.tsx';
import { AnswerTable } from './answer-table.tsx';
import { type DnsQuestion, paramsOf, questionIn } from './check-address.ts';
import { hostIn } from './host.ts';

/** Asks everybody who answers for the challenge record of a name. What is asked stands in the address. */
export function CheckPanel() {
  const [params, setParams] = useSearchParams();
  const asked = questionIn(params);
  const [name, setName] = useState(asked?.name ?? '');
  const [value, setValue] = useState(asked?.value ?? '');
  const check = useCheck(asked);
  const operate = useLock('operator');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (asked?.name === name && asked.value === value) void check.refetch();
    else setParams(paramsOf({ name, value }));
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
            <Button {...operate} type="submit" size="sm" loading={check.isFetching}>
              Ask every server
            </Button>
          </Group>
        </form>
        {check.isEnabled && <Loaded query={check}>{(answer) => <Answer check={answer} />}</Loaded>}
      </Stack>
    </Panel>
  );
}

/** Asked anew each time that it is opened; by those who may. */
function useCheck(asked: DnsQuestion | null) {
  const may = useMay('operator');
  const { name, value } = asked ?? { name: '', value: '' };
  return useQuery({
    queryKey: ['dns-check', name, value],
    queryFn: ({ signal }) =>
      post<DnsCheckView>('/dns/check', { name: hostIn(name), ...(value === '' ? {} : { value }) }, signal),
    enabled: may && asked !== null,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
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
