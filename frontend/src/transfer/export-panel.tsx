import { Button, Checkbox, PasswordInput, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { download } from '../api/client.ts';
import { given, isProof, NO_PROOF, ProofFields, useOwnAccount } from '../session/proof-fields.tsx';
import { Panel } from '../ui/panel.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { saveFile } from '../ui/save-file.ts';

/** As the daemon demands it. */
const SHORTEST_PASSPHRASE = 12;

/** All connections and what they use as a file; with secrets only under a passphrase. */
export function ExportPanel() {
  const [withSecrets, setWithSecrets] = useState(false);
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const account = useOwnAccount();
  const [proof, setProof] = useState(NO_PROOF);
  const asked = withSecrets ? { passphrase, ...given(proof, account) } : undefined;
  const save = useMutation({
    mutationFn: () => download('/connections/export', asked),
    onSuccess: (file) => {
      saveFile(file);
      setPassphrase('');
      setAgain('');
    },
    // A code is good once, and a password is not left lying about.
    onSettled: () => setProof(NO_PROOF),
  });
  const short = passphrase.length < SHORTEST_PASSPHRASE;
  const unready = withSecrets && (short || passphrase !== again || !isProof(proof, account));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!unready) save.mutate();
  };
  return (
    <Panel title="Export">
      <form onSubmit={submit}>
        <Stack gap="sm" maw="34rem">
          <Text>
            One file with all connections, and the accounts, calendars and credentials that they use. Another certferry
            takes it, here or by <span className="mono">certferry connections import</span>.
          </Text>
          <Checkbox
            label="With passwords and keys, encrypted with a passphrase"
            description="Without them, whoever imports the file has to type them again."
            checked={withSecrets}
            onChange={(event) => setWithSecrets(event.currentTarget.checked)}
          />
          {withSecrets && (
            <>
              <PasswordInput
                label="Passphrase"
                description={`At least ${SHORTEST_PASSPHRASE} characters. Nothing else opens the file; it is not kept here.`}
                autoComplete="new-password"
                value={passphrase}
                onChange={(event) => setPassphrase(event.currentTarget.value)}
                visibilityToggleButtonProps={{ 'aria-label': 'Show the passphrase' }}
              />
              <PasswordInput
                label="Passphrase again"
                autoComplete="new-password"
                error={again !== '' && again !== passphrase ? 'This is another one.' : undefined}
                value={again}
                onChange={(event) => setAgain(event.currentTarget.value)}
                visibilityToggleButtonProps={{ 'aria-label': 'Show the passphrase again' }}
              />
              <ProofFields account={account} value={proof} onChange={setProof} />
            </>
          )}
          {save.error && <ProblemNote error={save.error} />}
          {save.data && <Text role="status">{save.data.name} is saved.</Text>}
          <Button
            type="submit"
            loading={save.isPending}
            disabled={unready}
            leftSection={<IconDownload size={14} />}
            style={{ alignSelf: 'flex-start' }}
          >
            {withSecrets ? 'Save with secrets' : 'Save without secrets'}
          </Button>
        </Stack>
      </form>
    </Panel>
  );
}
