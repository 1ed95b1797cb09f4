import type { CertificateFacts } from '../domain/certificate.ts';
import type { WantedIssuer } from '../domain/due.ts';
import type { RenewalWindow } from '../issuers/issuer.ts';
import type { Clock } from '../plugins/plugin.ts';
import type { StepPeers } from '../renewal/step.ts';
import { nameOf, sightsOf } from '../renewal/steps/look.ts';
import type { Connection } from '../store/store.ts';
import type { LookedAt } from './observe.ts';

/** How the reconciler sees the world. It never logs in anywhere: a wrong password is never tried by looking. */
export interface Eyes {
  /** @throws AppError INVALID_SETTINGS, VAULT_DAMAGED when the connection cannot be used as it is. */
  open(connection: Connection): Promise<View>;
}

export interface View extends AsyncDisposable {
  readonly issuer: WantedIssuer & { readonly hasTestDirectory: boolean };
  /** Dials every endpoint. One that does not answer is an answer. */
  look(signal: AbortSignal): Promise<readonly LookedAt[]>;
  /** When the CA wants `certificate` renewed; null when it does not say. @throws AppError ISSUER_… */
  renewalWindow(certificate: CertificateFacts, signal: AbortSignal): Promise<RenewalWindow | null>;
}

interface EyesDeps {
  readonly clock: Clock;
  peers(connection: Connection): Promise<StepPeers & AsyncDisposable>;
}

export function createEyes({ clock, peers }: EyesDeps): Eyes {
  return {
    async open(connection) {
      const { appliance, issuer, dialer, [Symbol.asyncDispose]: close } = await peers(connection);
      return {
        issuer: { key: issuer.key, profile: issuer.traits.profile, hasTestDirectory: issuer.staging !== null },
        async look(signal) {
          const endpoints = await appliance.endpoints(connection.slot, signal);
          const sights = await sightsOf(endpoints, { dialer, clock, signal });
          return sights.map(({ endpoint, sha256, certificate, detail }) => ({
            name: nameOf(endpoint),
            sha256,
            certificate,
            silence: detail,
          }));
        },
        renewalWindow: (certificate, signal) => issuer.renewalWindow(certificate.pem, signal),
        [Symbol.asyncDispose]: close,
      };
    },
  };
}
