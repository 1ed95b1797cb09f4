import { Button, Group, Menu, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { IconChevronDown, IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { download } from '../api/client.ts';
import type { FileFormat } from '../api/types.ts';
import { useMay } from '../session/may.ts';
import { ProblemNote } from '../ui/problem.tsx';
import { saveFile } from '../ui/save-file.ts';

interface Offered {
  readonly format: FileFormat;
  readonly label: string;
  readonly hasKey: boolean;
  readonly sealed: boolean;
}

const OPEN = { hasKey: false, sealed: false };
const WITH_KEY = { hasKey: true, sealed: false };
const SEALED = { hasKey: true, sealed: true };

const OFFERED: readonly Offered[] = [
  { format: 'fullchain', label: 'Full chain (PEM)', ...OPEN },
  { format: 'leaf', label: 'Certificate (PEM)', ...OPEN },
  { format: 'chain', label: 'Chain (PEM)', ...OPEN },
  { format: 'key', label: 'Private key (PEM)', ...WITH_KEY },
  { format: 'pem', label: 'Key and full chain (PEM)', ...WITH_KEY },
  { format: 'zip', label: 'All parts (ZIP)', ...WITH_KEY },
  { format: 'pkcs12', label: 'PKCS#12, with a password', ...SEALED },
  { format: 'jks', label: 'Java key store, with a password', ...SEALED },
];

/** Every file of a certificate that is kept; those with the key for operators. */
export function DownloadMenu({ sha256 }: { readonly sha256: string }) {
  const mayHaveKey = useMay('operator');
  const [sealing, setSealing] = useState<Offered | null>(null);
  const fetching = useFile(sha256);
  const choose = (offered: Offered) =>
    offered.sealed ? setSealing(offered) : fetching.mutate({ format: offered.format });
  const item = (offered: Offered) => (
    <Menu.Item key={offered.format} disabled={offered.hasKey && !mayHaveKey} onClick={() => choose(offered)}>
      {offered.label}
    </Menu.Item>
  );
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button
            leftSection={<IconDownload size={14} />}
            rightSection={<IconChevronDown size={14} />}
            loading={fetching.isPending}
          >
            Download
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {OFFERED.filter(({ hasKey }) => !hasKey).map(item)}
          <Menu.Label>With the private key{mayHaveKey ? '' : ': needs the role operator'}</Menu.Label>
          {OFFERED.filter(({ hasKey }) => hasKey).map(item)}
        </Menu.Dropdown>
      </Menu>
      {fetching.error && <ProblemNote error={fetching.error} />}
      {sealing && <PasswordDialog sha256={sha256} offered={sealing} onClose={() => setSealing(null)} />}
    </>
  );
}

interface PasswordDialogProps {
  readonly sha256: string;
  readonly offered: Offered;
  readonly onClose: () => void;
}

const SHORTEST = 6;

function PasswordDialog({ sha256, offered: { format, label }, onClose }: PasswordDialogProps) {
  const [password, setPassword] = useState('');
  const fetching = useFile(sha256);
  return (
    <Modal opened onClose={onClose} title={label} centered>
      <Stack gap="sm">
        <Text>The file is encrypted with this password. certferry does not keep it.</Text>
        <PasswordInput
          label="Password of the file"
          description={`${SHORTEST} characters or more: letters, digits and signs`}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="new-password"
          data-autofocus
        />
        {fetching.error && <ProblemNote error={fetching.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button
            disabled={password.length < SHORTEST}
            loading={fetching.isPending}
            onClick={() => fetching.mutate({ format, password }, { onSuccess: onClose })}
          >
            Download
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function useFile(sha256: string) {
  return useMutation({
    mutationFn: (asked: { readonly format: FileFormat; readonly password?: string }) =>
      download(`/certificates/${sha256}/download`, asked),
    onSuccess: saveFile,
  });
}
