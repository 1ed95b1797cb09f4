import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useConnectionList } from '../api/list-queries.ts';

const TYPING = 200;
const OFFERED = 20;

/** One of any number of connections, found by what is typed. */
export function ConnectionFilter({ onChoose }: { readonly onChoose: (connectionId: number) => void }) {
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed, TYPING);
  const query = new URLSearchParams({ search, sort: 'name', limit: String(OFFERED) });
  const found = useConnectionList(query.toString()).data?.items ?? [];
  return (
    <Select
      aria-label="Connection"
      placeholder="Every connection"
      size="xs"
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      // The daemon has searched; among the names alone not everything that it found would be found again.
      filter={({ options }) => options}
      nothingFoundMessage="No connection is like this"
      data={found.map(({ id, name }) => ({ value: String(id), label: name }))}
      value={null}
      onChange={(id) => id !== null && onChoose(Number(id))}
    />
  );
}
