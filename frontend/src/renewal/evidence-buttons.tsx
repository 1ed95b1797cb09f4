import { Button, CopyButton, Group } from '@mantine/core';
import { IconCheck, IconCopy, IconDownload, IconPrinter } from '@tabler/icons-react';
import type { RenewalView } from '../api/types.ts';
import { Only } from '../session/only.tsx';
import { download } from '../ui/download.ts';
import { RecordingButton } from './recording-button.tsx';

/** Everything that was stored of a renewal, as one JSON document. It holds no secrets. */
export function EvidenceButtons({ view }: { readonly view: RenewalView }) {
  const text = JSON.stringify(view, null, 2);
  return (
    <Group gap="xs">
      <CopyButton value={text} timeout={1_500}>
        {({ copied, copy }) => (
          <Button
            variant="default"
            onClick={copy}
            leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
          >
            {copied ? 'Copied' : 'Copy evidence'}
          </Button>
        )}
      </CopyButton>
      <Button
        variant="default"
        leftSection={<IconDownload size={14} />}
        onClick={() => download(`certferry-renewal-${view.id}.json`, 'application/json', text)}
      >
        Download evidence
      </Button>
      <RecordingButton id={view.id} />
      <Only needs="operator">
        <EvidencePageLink id={view.id} />
      </Only>
    </Group>
  );
}

/** Plan, who decided, order, fingerprints and timings on one page, to be printed or kept. */
function EvidencePageLink({ id }: { readonly id: string }) {
  return (
    <Button
      component="a"
      href={`/api/v1/renewals/${encodeURIComponent(id)}/evidence.html`}
      target="_blank"
      rel="noreferrer"
      variant="default"
      leftSection={<IconPrinter size={14} />}
    >
      Open evidence to print
    </Button>
  );
}
