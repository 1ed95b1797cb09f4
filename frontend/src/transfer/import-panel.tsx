import { Button, FileInput, Group, PasswordInput, Stack, Text } from '@mantine/core';
import { IconFileImport } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { post } from '../api/client.ts';
import type { ImportView } from '../api/transfer-types.ts';
import { Panel } from '../ui/panel.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { ImportedItems } from './imported-items.tsx';

interface Given {
  readonly name: string;
  readonly text: string;
  readonly sealed: boolean;
}

/** Looks first at what a file would do, and then does it. */
export function ImportPanel() {
  const queries = useQueryClient();
  const [given, setGiven] = useState<Given | null>(null);
  const [passphrase, setPassphrase] = useState('');
  const run = useMutation({
    mutationFn: ({ file, dryRun }: { readonly file: Given; readonly dryRun: boolean }) =>
      post<ImportView>('/connections/import', {
        file: file.text,
        dryRun,
        ...(file.sealed ? { passphrase } : {}),
      }),
    onSuccess: ({ dryRun }) => (dryRun ? undefined : queries.invalidateQueries()),
  });
  const choose = async (file: File | null) => {
    run.reset();
    setGiven(file && (await readGiven(file)));
  };
  const unready = given === null || (given.sealed && passphrase === '');
  const looked = run.data?.dryRun === true && !run.isPending;
  const go = (dryRun: boolean) => given && run.mutate({ file: given, dryRun });
  return (
    <Panel title="Import">
      <Stack gap="sm">
        <Text maw="34rem">
          Adds and changes by name what the file holds. Nothing is removed, and what is refused changes nothing.
        </Text>
        <FileInput
          label="File"
          placeholder="certferry-connections.json or .age"
          maw="34rem"
          clearable
          clearButtonProps={{ 'aria-label': 'Choose no file' }}
          leftSection={<IconFileImport size={14} />}
          onChange={(file) => void choose(file)}
        />
        {given?.sealed && (
          <PasswordInput
            label="Passphrase of the file"
            autoComplete="off"
            maw="34rem"
            value={passphrase}
            onChange={(event) => {
              run.reset();
              setPassphrase(event.currentTarget.value);
            }}
            visibilityToggleButtonProps={{ 'aria-label': 'Show the passphrase of the file' }}
          />
        )}
        {run.error && <ProblemNote error={run.error} />}
        {run.data && <ImportedItems view={run.data} />}
        <Group gap="xs">
          <Button
            variant={looked ? 'default' : 'filled'}
            disabled={unready}
            loading={run.isPending && run.variables.dryRun}
            onClick={() => go(true)}
          >
            See what it would do
          </Button>
          <Button
            disabled={!looked}
            title={looked ? undefined : 'See first what it would do'}
            loading={run.isPending && !run.variables.dryRun}
            onClick={() => go(false)}
          >
            Import
          </Button>
        </Group>
      </Stack>
    </Panel>
  );
}

async function readGiven(file: File): Promise<Given> {
  const text = await file.text();
  return { name: file.name, text, sealed: text.trimStart().startsWith('-----BEGIN AGE ENCRYPTED FILE-----') };
}
