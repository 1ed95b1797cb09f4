import type { Generated } from 'kysely';

export interface AuditTables {
  audit: {
    seq: Generated<number>;
    at: string;
    actor: string | null;
    role: string | null;
    address: string | null;
    action: string;
    subject: string | null;
    outcome: string;
    /** JSON */
    detail: string;
    previous: string;
    hash: string;
  };
}
