import { Button, Group, Text } from '@mantine/core';
import type { RenewalView } from '../api/types.ts';
import { useLock } from '../session/may.ts';
import { ProblemNote } from '../ui/problem.tsx';
import { EvidenceButtons } from './evidence-buttons.tsx';
import type { Progress } from './progress.ts';
import { useControl } from './use-control.ts';

/** Cancel says what it means, and gives way to a sentence once the certificate is being replaced. */
export function Controls({ view, progress }: { readonly view: RenewalView; readonly progress: Progress }) {
  const cancel = useControl(view.id, 'cancel');
  const operate = useLock('operator');
  if (progress.finished) return <EvidenceButtons view={view} />;
  if (progress.committed) return <Text fw={550}>From here it goes on; the old certificate is being replaced.</Text>;
  if (progress.cancelling) return <Text className="quiet">Cancelled. Records are being removed.</Text>;
  return (
    <Group gap="xs">
      {cancel.error && <ProblemNote error={cancel.error} />}
      <Button {...operate} variant="default" loading={cancel.isPending} onClick={() => cancel.mutate(null)}>
        Cancel: nothing installed yet
      </Button>
    </Group>
  );
}
