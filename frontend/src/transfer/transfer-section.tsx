import { Stack } from '@mantine/core';
import { useMay } from '../session/may.ts';
import { useSession } from '../session/session.ts';
import { Empty } from '../ui/empty.tsx';
import { ExportPanel } from './export-panel.tsx';
import { ImportPanel } from './import-panel.tsx';

/** Loaded when it is opened: React's lazy() takes the default export. */
// biome-ignore lint/style/noDefaultExport: see above
export default function TransferSection() {
  const may = useMay('admin');
  const session = useSession();
  if (!may || (session.kind === 'in' && session.me.limited))
    return (
      <Empty title="Only administrators of all connections carry them in a file">
        Ask one of them for a file, or to take yours.
      </Empty>
    );
  return (
    <Stack gap="md">
      <ExportPanel />
      <ImportPanel />
    </Stack>
  );
}
