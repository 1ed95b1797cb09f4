import { CloseButton, Group, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useConnectionList } from '../api/list-queries.ts';
import { useConnection } from '../api/queries.ts';

const TYPING = 200;
const OFFERED = 20;

interface ConnectionFilterProps {
  /** Null: every connection. */
  readonly chosen: number | null;
  readonly onChange: (connectionId: number | null) => void;
}

/** One of any number of connections. */
export function ConnectionFilter({ chosen, onChange }: ConnectionFilterProps) {
  return chosen === null ? <Finder onChoose={onChange} /> : <Chosen id={chosen} onClear={() => onChange(null)} />;
}

function Chosen({ id, onClear }: { readonly id: number; readonly onClear: () => void }) {
  const { data, error } = useConnection(id);
  return (
    <Group gap={4}>
      <span>
        <span className="quiet">Connection</span> {data?.name ?? (error ? 'that was removed' : '…')}
      </span>
      <CloseButton size="sm" aria-label="Every connection" onClick={onClear} />
    </Group>
  );
}

/** Found by what is typed. */
function Finder({ onChoose }: { readonly onChoose: (connectionId: number) => void }) {
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
