import { Group, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useConnectionChoice } from '../api/list-queries.ts';
import { STATE_FILTERS } from '../words/states.ts';
import type { TableView } from './use-view.ts';

/** Milliseconds after the last key. */
const TYPING = 200;
const STATES = Object.entries(STATE_FILTERS).map(([value, { word }]) => ({ value, label: word }));
const AUTOMATIC = [
  { value: 'true', label: 'Automatic on' },
  { value: 'false', label: 'Automatic off' },
];

export function Filters({ view }: { readonly view: TableView }) {
  const products = useConnectionChoice().data?.products ?? [];
  return (
    <Group p="sm" gap="xs" className="filters">
      <Search view={view} />
      <Choice
        name="State"
        every="Every state"
        data={STATES}
        value={view.state}
        onChange={(state) => view.change({ state })}
      />
      {products.length > 1 && (
        <Choice
          name="Product"
          every="Every product"
          data={products.map(({ product, title }) => ({ value: product, label: title }))}
          value={view.product}
          onChange={(product) => view.change({ product })}
        />
      )}
      <Choice
        name="Automatic renewal"
        every="Automatic or not"
        data={AUTOMATIC}
        value={view.automatic}
        onChange={(automatic) => view.change({ automatic })}
      />
    </Group>
  );
}

function Search({ view }: { readonly view: TableView }) {
  const [typed, setTyped] = useState(view.search);
  const search = useDebouncedCallback((text: string) => view.change({ search: text }), TYPING);
  useEffect(() => setTyped(view.search), [view.search]);
  return (
    <TextInput
      aria-label="Search"
      placeholder="Name or address"
      leftSection={<IconSearch size={14} />}
      size="xs"
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        search(event.currentTarget.value);
      }}
    />
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly every: string;
  readonly data: readonly { readonly value: string; readonly label: string }[];
  readonly value: string | null;
  readonly onChange: (value: string) => void;
}

function Choice({ name, every, data, value, onChange }: ChoiceProps) {
  return (
    <Select
      aria-label={name}
      placeholder={every}
      data={[...data]}
      size="xs"
      clearable
      value={value}
      onChange={(chosen) => onChange(chosen ?? '')}
      clearButtonProps={{ 'aria-label': every }}
    />
  );
}
