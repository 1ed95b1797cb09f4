import { Button } from '@mantine/core';
import { IconPencil, IconPlayerPlay, IconStethoscope, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import { useConnection } from '../api/queries.ts';
import type { ConnectionView } from '../api/types.ts';
import { KeptPanel } from '../certificates/kept-panel.tsx';
import { useDialogs } from '../renewal/dialogs.ts';
import { RenewalHistory } from '../renewal/renewal-history.tsx';
import { useLock } from '../session/may.ts';
import { Only } from '../session/only.tsx';
import { Loaded } from '../ui/loading.tsx';
import { Page } from '../ui/page.tsx';
import { Panel } from '../ui/panel.tsx';
import { Practice } from '../ui/practice.tsx';
import { StandingState } from '../words/state.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { DryRunDrawer } from './dry-run-drawer.tsx';
import { IncompletePanel } from './incomplete-panel.tsx';
import { OwnerPanel } from './owner-panel.tsx';
import { SchedulePanel } from './schedule-panel.tsx';
import { ServedPanel } from './served-panel.tsx';
import { StoredPanel } from './stored-panel.tsx';
import { TrustPanel } from './trust-panel.tsx';

export function ConnectionPage({ id }: { readonly id: number }) {
  return <Loaded query={useConnection(id)}>{(connection) => <Shown connection={connection} />}</Loaded>;
}

function Shown({ connection }: { readonly connection: ConnectionView }) {
  const { id, name, slot } = connection;
  const isComplete = connection.incomplete.length === 0;
  const [params, setParams] = useSearchParams();
  const operate = useLock('operator');
  const [deleting, setDeleting] = useState(false);
  return (
    <Page
      title={name}
      lead={
        <>
          <StandingState connection={connection} /> {slot !== '' && !connection.kept && `· ${slot}`}{' '}
          {connection.issuer.practice && <Practice long />}
          {connection.deviation && <div>{connection.deviation}.</div>}
        </>
      }
      actions={
        <>
          {isComplete && <RenewButton connection={connection} />}
          <Button
            {...operate}
            variant="default"
            leftSection={<IconStethoscope size={14} />}
            onClick={() => setParams({ 'dry-run': '1' })}
          >
            Dry run
          </Button>
          <Only needs="admin">
            <Button
              variant="default"
              leftSection={<IconPencil size={14} />}
              component={Link}
              href={`/connections/${id}/edit`}
            >
              Edit
            </Button>
            {!connection.kept && (
              <Button variant="default" leftSection={<IconTrash size={14} />} onClick={() => setDeleting(true)}>
                Delete
              </Button>
            )}
          </Only>
        </>
      }
    >
      {!isComplete && <IncompletePanel connection={connection} />}
      {isComplete && <SchedulePanel connectionId={id} />}
      {isComplete && connection.kept && <KeptPanel connectionId={id} />}
      {isComplete && !connection.kept && <ServedPanel connection={connection} />}
      {isComplete && !connection.kept && <TrustPanel connection={connection} />}
      <StoredPanel connection={connection} />
      <Only needs="admin">
        <OwnerPanel connection={connection} />
      </Only>
      <Panel title="Renewals" flush>
        <RenewalHistory connectionId={id} ofOne />
      </Panel>
      <DryRunDrawer connectionId={params.has('dry-run') ? id : null} onClose={() => setParams({}, { replace: true })} />
      <DeleteDialog connection={connection} opened={deleting} onClose={() => setDeleting(false)} />
    </Page>
  );
}

function RenewButton({ connection: { id, lastRenewal } }: { readonly connection: ConnectionView }) {
  const { askToRenew, follow } = useDialogs();
  const operate = useLock('operator');
  const running = lastRenewal?.outcome === null ? lastRenewal.id : null;
  return (
    <Button
      {...(running === null ? operate : {})}
      leftSection={<IconPlayerPlay size={14} />}
      onClick={() => (running === null ? askToRenew(id) : follow(running))}
    >
      {running === null ? 'Renew now' : 'Show the renewal'}
    </Button>
  );
}
