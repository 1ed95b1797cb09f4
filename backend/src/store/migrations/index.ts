import type { Migration } from 'kysely';
import { initial } from './001-initial.ts';
import { reconciler } from './002-reconciler.ts';
import { calendars } from './003-calendars.ts';
import { notify } from './004-notify.ts';
import { access } from './005-access.ts';
import { lists } from './006-lists.ts';
import { accounts } from './007-accounts.ts';
import { audit } from './008-audit.ts';
import { idempotency } from './009-idempotency.ts';
import { ownKeys } from './010-own-keys.ts';
import { deviations } from './011-deviations.ts';
import { http01 } from './012-http.ts';
import { certificates } from './013-certificates.ts';
import { secondCa } from './014-second-ca.ts';
import { fallbacks } from './015-fallbacks.ts';
import { standings } from './016-standings.ts';
import { renewalOutcomes } from './017-renewal-outcomes.ts';
import { idempotentRenewals } from './018-idempotent-renewals.ts';
import { noticeRevival } from './019-notice-revival.ts';

/** In order. Names are stored in the database and sorted by it, hence the number in front. */
export const migrations: Readonly<Record<string, Migration>> = {
  '001-initial': initial,
  '002-reconciler': reconciler,
  '003-calendars': calendars,
  '004-notify': notify,
  '005-access': access,
  '006-lists': lists,
  '007-accounts': accounts,
  '008-audit': audit,
  '009-idempotency': idempotency,
  '010-own-keys': ownKeys,
  '011-deviations': deviations,
  '012-http': http01,
  '013-certificates': certificates,
  '014-second-ca': secondCa,
  '015-fallbacks': fallbacks,
  '016-standings': standings,
  '017-renewal-outcomes': renewalOutcomes,
  '018-idempotent-renewals': idempotentRenewals,
  '019-notice-revival': noticeRevival,
};
