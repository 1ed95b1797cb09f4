/** The contract of the daemon, by type only: nothing of the backend is bundled. */

export type { ImportView } from '../../../backend/src/api/contract/transfer.ts';
export type { Imported as ImportedView } from '../../../backend/src/transfer/import.ts';
