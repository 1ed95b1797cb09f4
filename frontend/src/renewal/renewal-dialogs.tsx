import { Modal } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useDialogs } from './dialogs.ts';
import { RenewalTitle } from './renewal-title.tsx';
import { RenewalView } from './renewal-view.tsx';
import { StartRenewal } from './start-renewal.tsx';

/** Both steps of "Renew now", over whatever page is open. */
export function RenewalDialogs() {
  const { starting, following, close } = useDialogs();
  const narrow = useMediaQuery('(max-width: 48rem)') ?? false;
  const common = { onClose: close, fullScreen: narrow, centered: true };
  return (
    <>
      <Modal {...common} opened={starting !== null} size="46rem" title="Renew now">
        {starting !== null && <StartRenewal connectionId={starting} />}
      </Modal>
      <Modal
        {...common}
        opened={following !== null}
        size="72rem"
        title={following !== null && <RenewalTitle id={following} />}
        styles={{ body: { padding: 0 } }}
      >
        {following !== null && <RenewalView key={following} id={following} />}
      </Modal>
    </>
  );
}
