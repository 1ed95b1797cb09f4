import { servesNothing } from '../appliances/index.ts';
import { type CertificateFacts, readCertificate } from '../domain/certificate.ts';
import type { WantedIssuer } from '../domain/due.ts';
import { caOf } from '../domain/issuer-key.ts';
import type { Issuer, RenewalWindow } from '../issuers/issuer.ts';
import type { Clock } from '../plugins/plugin.ts';
import { whyNoFallback } from '../renewal/fallback.ts';
import type { StepPeers } from '../renewal/step.ts';
import { nameOf, sightsOf } from '../renewal/steps/look.ts';
import type { Connection, Store } from '../store/store.ts';
import type { LookedAt } from './observe.ts';

/** How the reconciler sees the world. It never logs in anywhere: a wrong password is never tried by looking. */
export interface Eyes {
  /** @throws AppError INVALID_SETTINGS, VAULT_DAMAGED when the connection cannot be used as it is. */
  open(connection: Connection): Promise<View>;
}

export interface View extends AsyncDisposable {
  readonly issuer: LookedAtIssuer;
  /** The CA that the connection falls back on; null: it has none. */
  readonly second: LookedAtIssuer | null;
  /** A certificate of the second CA can be kept ready for this host. */
  readonly takesFallback: boolean;
  /** Dials every endpoint. One that does not answer is an answer. Where nothing is served: what is kept. */
  look(signal: AbortSignal): Promise<readonly LookedAt[]>;
  /**
   * When the CA wants `certificate` renewed; null when it does not say. The second CA is asked when `origin`, the key of its
   * issuer, is known and says so. @throws AppError ISSUER_…
   */
  renewalWindow(
    certificate: CertificateFacts,
    origin: string | null,
    signal: AbortSignal,
  ): Promise<RenewalWindow | null>;
}

export type LookedAtIssuer = WantedIssuer & { readonly hasTestDirectory: boolean };

interface EyesDeps {
  readonly clock: Clock;
  readonly store: Pick<Store, 'issuances'>;
  peers(connection: Connection): Promise<StepPeers & AsyncDisposable>;
}

export function createEyes({ clock, store, peers }: EyesDeps): Eyes {
  return {
    async open(connection) {
      const { appliance, issuer, second, dialer, keys, [Symbol.asyncDispose]: close } = await peers(connection);
      return {
        issuer: lookedAt(issuer),
        second: second && lookedAt(second.issuer),
        takesFallback: second !== null && !servesNothing(connection.appliance) && whyNoFallback(appliance) === null,
        async look(signal) {
          if (servesNothing(connection.appliance)) return [await keptFor(connection, { store, keys })];
          const endpoints = await appliance.endpoints(connection.slot, signal);
          const sights = await sightsOf(endpoints, { dialer, clock, signal });
          return sights.map(({ endpoint, sha256, certificate, detail }) => ({
            name: nameOf(endpoint),
            sha256,
            certificate,
            silence: detail,
          }));
        },
        renewalWindow(certificate, origin, signal) {
          const isSeconds = second && origin !== null && caOf(origin) === caOf(second.issuer.key);
          return (isSeconds ? second.issuer : issuer).renewalWindow(certificate.pem, signal);
        },
        [Symbol.asyncDispose]: close,
      };
    },
  };
}

/** The last certificate whose key is still there. */
async function keptFor(
  { id }: Connection,
  { store, keys }: Pick<EyesDeps, 'store'> & Pick<StepPeers, 'keys'>,
): Promise<LookedAt> {
  const last = await store.issuances.last(id);
  const leaf = last ? readCertificate(last.chain.leafPem) : null;
  const certificate = leaf && (await keys.find(leaf.key.spkiSha256)) ? leaf : null;
  return { name: 'kept for download', kept: true, sha256: certificate?.sha256 ?? null, certificate, silence: null };
}

function lookedAt({ key, traits, staging }: Issuer): LookedAtIssuer {
  return { key, profile: traits.profile, hasTestDirectory: staging !== null };
}
