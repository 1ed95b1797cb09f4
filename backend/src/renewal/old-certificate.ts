import type { ApplianceDriver } from '../appliances/driver.ts';

type Host = Pick<ApplianceDriver, 'key' | 'activation'>;

/** After a certificate was installed and not seen served: why the one before is not put back on such a host; null where it can be. */
export function whyNotPutBack({ key, activation }: Host): string | null {
  if (!key) {
    return 'The old certificate cannot be put back, because its private key never leaves the appliance. An endpoint that was not restarted goes on serving the old one; the rest needs the new one to work, or another renewal. A fallback certificate that was kept ready does not help here: it fits the CSR that the new one has used up.';
  }
  if (activation && !activation.reloads) {
    return 'The old certificate is not put back, because this host serves a certificate only after a restart, and another one would be another outage. An endpoint that was not restarted goes on serving the old one.';
  }
  return null;
}

/** Before a restart: what remains of the old certificate, for whoever is to allow it. Without a full stop. */
export function whatRemains({ key, activation }: Host): string {
  if (key && activation?.reloads)
    return 'Should the new certificate not be seen served, the old one is put back and the command run again';
  const why = key
    ? 'is not put back, because that would be another restart'
    : 'cannot be put back, because its private key never leaves the appliance';
  return `Until its service is restarted, an endpoint serves the old certificate; after that the old one ${why}`;
}
