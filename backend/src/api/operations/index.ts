import { ACCESS_OPERATIONS } from './access.ts';
import { CERTIFICATE_OPERATIONS } from './certificates.ts';
import { CONNECTION_OPERATIONS } from './connections.ts';
import { INSTALLATION_OPERATIONS } from './installation.ts';
import { LIST_OPERATIONS } from './lists.ts';
import type { Operations } from './operation.ts';

/** Every route of /api/v1. A test says which one is missing. */
export const OPERATIONS: Operations = {
  ...CONNECTION_OPERATIONS,
  ...LIST_OPERATIONS,
  ...CERTIFICATE_OPERATIONS,
  ...INSTALLATION_OPERATIONS,
  ...ACCESS_OPERATIONS,
};
