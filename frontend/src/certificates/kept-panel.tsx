import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { changeTagged, get } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import type { KeptCertificateView } from '../api/types.ts';
import { useLock } from '../session/may.ts';
import { Loaded } from '../ui/loading.tsx';
import { Moment } from '../ui/moment.tsx';
import { Fingerprint } from '../ui/mono.tsx';
import { Panel } from '../ui/panel.tsx';
import { ProblemNote } from '../ui/problem.tsx';
import { DownloadMenu } from './download-menu.tsx';

/** In place of what is served: what can be downloaded. */
export function KeptPanel({ connectionId }: { readonly connectionId: number }) {
  const query = useQuery({
    queryKey: [...keys.certificates, 'kept', connectionId],
    queryFn: ({ signal }) => get<KeptCertificateView>(`/certificates/managed/${connectionId}`, signal),
  });
  return (
    <Panel title="Kept for download">
      <Loaded query={query}>{(view) => <Shown view={view} />}</Loaded>
    </Panel>
  );
}

function Shown({ view }: { readonly view: KeptCertificateView }) {
  const { certificate } = view;
  const [deleting, setDeleting] = useState(false);
  const operate = useLock('operator');
  return (
    <Stack gap="sm">
      {certificate === null ? (
        <Text>There is no certificate to download yet.</Text>
      ) : (
        <Text>
          <Link href={`/certificates/${certificate.sha256}`}>
            <Fingerprint sha256={certificate.sha256} />
          </Link>
          , ends <Moment at={certificate.notAfter} />
          {certificate.revoked && (
            <>
              , revoked <Moment at={certificate.revoked.at} />
            </>
          )}
        </Text>
      )}
      <Group gap="xs">
        {certificate && <DownloadMenu sha256={certificate.sha256} />}
        <Button variant="default" leftSection={<IconTrash size={14} />} {...operate} onClick={() => setDeleting(true)}>
          Delete
        </Button>
      </Group>
      {deleting && <DeleteKept view={view} onClose={() => setDeleting(false)} />}
    </Stack>
  );
}

const SHORTEST_REASON = 3;

/** One that is good goes only with a reason, which is written into the audit. */
function DeleteKept({ view, onClose }: { readonly view: KeptCertificateView; readonly onClose: () => void }) {
  const { id, version, name, certificate } = view;
  const isGood = certificate !== null && certificate.revoked === null && Date.parse(certificate.notAfter) > Date.now();
  const queries = useQueryClient();
  const [, go] = useLocation();
  const [reason, setReason] = useState('');
  const deletion = useMutation({
    mutationFn: () =>
      changeTagged('DELETE', `/certificates/managed/${id}`, String(version), isGood ? { force: true, reason } : {}),
    onSuccess: () => {
      queries.removeQueries({ queryKey: keys.connection(id) });
      void queries.invalidateQueries({ queryKey: keys.connections });
      void queries.invalidateQueries({ queryKey: keys.certificates });
      go('/certificates');
    },
  });
  return (
    <Modal opened onClose={onClose} title={`Delete ${name}`} centered>
      <Stack gap="sm">
        <Text>
          The private key is deleted, and certferry no longer renews this certificate. What was downloaded goes on to
          work until it ends; its history stays.
        </Text>
        {isGood && (
          <TextInput
            label="It is still good. Why is it deleted?"
            description="Written into the audit. Or revoke it first."
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
            data-autofocus
          />
        )}
        {deletion.error && <ProblemNote error={deletion.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Keep it
          </Button>
          <Button
            color="red.9"
            disabled={isGood && reason.trim().length < SHORTEST_REASON}
            loading={deletion.isPending}
            onClick={() => deletion.mutate()}
          >
            Delete this certificate
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
