import { Button, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { post } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import type { CertificateDetail, RevocationReason } from '../api/types.ts';
import { ProblemNote } from '../ui/problem.tsx';

/** Words for those that ACME knows. */
export const REVOCATION_WORDS = {
  unspecified: 'No reason given',
  keyCompromise: 'Somebody else may have the private key',
  affiliationChanged: 'The names or the organisation changed hands',
  superseded: 'Another certificate took its place',
  cessationOfOperation: 'It is no longer in use',
  privilegeWithdrawn: 'It should not have been issued',
} as const satisfies Record<RevocationReason, string>;

const REASONS = Object.entries(REVOCATION_WORDS).map(([value, label]) => ({ value, label }));

interface RevokeDialogProps {
  readonly certificate: CertificateDetail;
  readonly onClose: () => void;
}

/** Says which certificate, what comes of it and what does not, and wants its name typed. */
export function RevokeDialog({ certificate, onClose }: RevokeDialogProps) {
  const { sha256, serial, dnsNames, subject, servedAt } = certificate;
  const name = dnsNames[0] ?? subject;
  const queries = useQueryClient();
  const [reason, setReason] = useState<string>('unspecified');
  const [typed, setTyped] = useState('');
  const revocation = useMutation({
    mutationFn: () => post(`/certificates/${sha256}/revoke`, { reason }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.certificates });
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={`Revoke the certificate of ${name}`} centered>
      <Stack gap="sm">
        <Text>
          The CA declares the certificate with the serial number <span className="mono">{serial}</span> invalid. That
          cannot be undone. Clients that ask the CA refuse it. The schedule takes it as due and asks for another one,
          unless automatic renewal is off.
        </Text>
        {servedAt.length > 0 && (
          <div>
            <Text>Until the next one is installed it stays served at</Text>
            {servedAt.map((endpoint) => (
              <div key={endpoint} className="mono">
                {endpoint}
              </div>
            ))}
          </div>
        )}
        <Select
          label="Reason"
          data={REASONS}
          value={reason}
          onChange={(next) => setReason(next ?? 'unspecified')}
          allowDeselect={false}
          comboboxProps={{ withinPortal: true }}
        />
        <TextInput
          label={`Type "${name}" to revoke it`}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          data-autofocus
        />
        {revocation.error && <ProblemNote error={revocation.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Keep it
          </Button>
          <Button
            color="red.9"
            disabled={typed !== name}
            loading={revocation.isPending}
            onClick={() => revocation.mutate()}
          >
            Revoke it
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
