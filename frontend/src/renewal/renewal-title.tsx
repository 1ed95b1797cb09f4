import { Group } from '@mantine/core';
import { useRenewal, useWords } from '../api/queries.ts';
import { Practice } from '../ui/practice.tsx';
import { lookOfRenewal } from '../words/judge.ts';
import { State } from '../words/state.tsx';

/** `Lab CUCM publisher · tomcat`, and how it stands. */
export function RenewalTitle({ id }: { readonly id: string }) {
  const view = useRenewal(id).data;
  const words = useWords();
  const slot = view?.facts.target?.slot;
  return (
    <Group gap="sm" component="span">
      <span>
        {view?.connectionName ?? 'Renewal'}
        {slot !== undefined && ` · ${slot}`}
      </span>
      {view?.practice && <Practice />}
      {view && view.outcome === null && <State look={lookOfRenewal(view, words)} />}
    </Group>
  );
}
