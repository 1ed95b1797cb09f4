/** The contract of the daemon, by type only: nothing of the backend is bundled. */

export type { AuditEntryView, AuditVerificationView } from '../../../backend/src/api/contract/audit.ts';
