import { Button } from '@mantine/core';
import { IconFileShredder } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { getText } from '../api/client.ts';
import { download } from '../ui/download.ts';
import { ProblemNote } from '../ui/problem.tsx';

/** What was said to the appliance, for somebody else to read: the daemon leaves out secrets and replaces names. */
export function RecordingButton({ id }: { readonly id: string }) {
  const recording = useMutation({
    mutationFn: () => getText(`/renewals/${encodeURIComponent(id)}/exchanges`),
    onSuccess: (text) => download(`certferry-recording-${id}.jsonl`, 'application/jsonl', text),
  });
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconFileShredder size={14} />}
        loading={recording.isPending}
        onClick={() => recording.mutate()}
        title="What was said to the appliance, without passwords and with stand-ins for names and addresses. Read it before you send it."
      >
        Download a redacted recording
      </Button>
      {recording.error && <ProblemNote error={recording.error} />}
    </>
  );
}
