import { AppError } from '../../domain/errors.ts';
import { KEY_KINDS } from '../../domain/key-kind.ts';
import { VERSION } from '../../version.ts';
import type { ApplianceDriver, SlotId } from '../driver.ts';

/** The only slot. */
export const DOWNLOAD_SLOT = 'download';

/** No host: what is issued stays in the vault and in the ledger, and nothing is ever installed. */
export function createDownloadDriver(): ApplianceDriver {
  return {
    async identify(signal) {
      signal.throwIfAborted();
      return { product: 'certferry', version: VERSION, nodeName: 'kept for download', slots: [DOWNLOAD_SLOT] };
    },
    async check(slot, _dnsNames, signal) {
      signal.throwIfAborted();
      refuseOther(slot);
      const answer = 'key and certificate are kept here, and nothing is installed anywhere';
      return [{ id: 'appliance.kept', title: 'Kept for download', outcome: 'ok', answer }];
    },
    async readInstalled(slot, signal) {
      signal.throwIfAborted();
      refuseOther(slot);
      return null;
    },
    async install(slot) {
      refuseOther(slot);
      throw new AppError('APPLIANCE_REFUSED', 'What is kept for download is not installed anywhere.');
    },
    async endpoints(slot) {
      refuseOther(slot);
      return [];
    },
    key: { kinds: KEY_KINDS },
  };
}

/** @throws AppError INVALID_SETTINGS */
function refuseOther(slot: SlotId): void {
  if (slot === DOWNLOAD_SLOT) return;
  throw new AppError('INVALID_SETTINGS', `The slot is "${DOWNLOAD_SLOT}"; there is no "${slot}".`);
}
