import { Button, Drawer, Group, Stack, Text } from '@mantine/core';
import { useDialogs } from '../renewal/dialogs.ts';
import { Loaded } from '../ui/loading.tsx';
import { Findings, verdict } from './findings.tsx';
import { usePreflight } from './use-preflight.ts';

interface DryRunDrawerProps {
  readonly connectionId: number | null;
  readonly onClose: () => void;
}

/** Every check of a renewal that changes nothing. */
export function DryRunDrawer({ connectionId, onClose }: DryRunDrawerProps) {
  return (
    <Drawer opened={connectionId !== null} onClose={onClose} position="right" size="lg" title="Dry run">
      {connectionId !== null && <DryRun connectionId={connectionId} onClose={onClose} />}
    </Drawer>
  );
}

function DryRun({ connectionId, onClose }: { readonly connectionId: number; readonly onClose: () => void }) {
  const query = usePreflight(connectionId);
  const { askToRenew } = useDialogs();
  const renew = () => {
    onClose();
    askToRenew(connectionId);
  };
  return (
    <Stack gap="md">
      <Text className="quiet">Nothing is changed: certferry only looks.</Text>
      <Loaded query={query}>
        {(view) => (
          <>
            <Text fw={550}>{verdict(view)}</Text>
            <Findings findings={view.findings} />
          </>
        )}
      </Loaded>
      <Group gap="xs">
        <Button variant="default" loading={query.isFetching} onClick={() => void query.refetch()}>
          Look again
        </Button>
        <Button onClick={renew}>Renew</Button>
      </Group>
    </Stack>
  );
}
