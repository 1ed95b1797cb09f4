import { Modal } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { BulkAction } from '../api/types.ts';
import type { Selection } from '../connections/use-selection.ts';
import { BulkConfirm } from './bulk-confirm.tsx';
import { BulkResult } from './bulk-result.tsx';
import { useBulkAddress } from './use-bulk.ts';

const TITLES: Readonly<Record<BulkAction, string>> = {
  renew: 'Renew several',
  test: 'Dry run of several',
  enable: 'Switch automatic renewal on',
  disable: 'Switch automatic renewal off',
};

/** What is about to be done to all that are chosen, and then what came of it. */
export function BulkDialogs({ selection }: { readonly selection: Selection }) {
  const { asking, showing, show, close } = useBulkAddress();
  const narrow = useMediaQuery('(max-width: 48rem)') ?? false;
  const common = { onClose: close, fullScreen: narrow, centered: true };
  const ids = [...selection.ids];
  return (
    <>
      <Modal
        {...common}
        opened={asking !== null && ids.length > 0}
        size="36rem"
        title={asking === null ? '' : TITLES[asking]}
      >
        {asking !== null && (
          <BulkConfirm
            action={asking}
            connectionIds={ids}
            onClose={close}
            onAsked={(id) => {
              selection.replace([]);
              show(id);
            }}
          />
        )}
      </Modal>
      <Modal {...common} opened={showing !== null} size="52rem" title="What came of it">
        {showing !== null && <BulkResult id={showing} />}
      </Modal>
    </>
  );
}
