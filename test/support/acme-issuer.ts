import type { z } from 'zod';
import { acme } from '../../backend/src/issuers/acme/index.ts';
import type { Issuer, IssuerDeps } from '../../backend/src/issuers/issuer.ts';
import { systemClock } from '../../backend/src/plugins/clock.ts';
import { MemoryAccounts } from './accounts.ts';
import { meteredHttp } from './http.ts';

/** An ACME issuer as the composition root makes it, with parts of one's own. */
export function acmeIssuer(
  given: z.input<typeof acme.settings>,
  parts: Partial<Pick<IssuerDeps, 'http' | 'clock' | 'log' | 'accountFolder'>> = {},
): Issuer {
  const { http = meteredHttp(), clock = systemClock, log = silent } = parts;
  const accountFolder = parts.accountFolder ?? new MemoryAccounts().folder;
  return acme.create(acme.settings.parse(given), {
    http,
    clock,
    log,
    accountFolder,
    userAgent: 'certferry/test',
    ssh: { open: () => noSsh(), hostKey: () => noSsh() },
  });
}

const silent: IssuerDeps['log'] = { debug() {}, info() {}, warn() {}, error() {} };

function noSsh(): Promise<never> {
  return Promise.reject(new Error('An issuer opens no SSH sessions.'));
}
