import { MultiSelect } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useConnectionList, useConnectionNames } from '../api/list-queries.ts';

/** Milliseconds after the last key. */
const TYPING = 200;
const OFFERED = 50;

interface ConnectionsSelectProps {
  readonly ids: readonly string[];
  readonly onChange: (ids: string[]) => void;
  readonly description?: string;
  readonly placeholder?: string | undefined;
}

/** Some of any number of connections, found by what is typed. */
export function ConnectionsSelect({ ids, onChange, description, placeholder }: ConnectionsSelectProps) {
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed, TYPING);
  const query = new URLSearchParams({ search, sort: 'name', limit: String(OFFERED) });
  const found = useConnectionList(query.toString()).data?.items ?? [];
  const names = useConnectionNames(ids.map(Number));
  const options = new Map([
    ...ids.map((id) => [id, names.get(Number(id)) ?? id] as const),
    ...found.map(({ id, name }) => [String(id), name] as const),
  ]);
  return (
    <MultiSelect
      label="Connections"
      description={description}
      placeholder={placeholder}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      // The daemon has searched; among the names alone not everything that it found would be found again.
      filter={({ options: all }) => all}
      nothingFoundMessage="No connection is like this"
      data={[...options].map(([value, label]) => ({ value, label }))}
      value={[...ids]}
      onChange={onChange}
    />
  );
}
