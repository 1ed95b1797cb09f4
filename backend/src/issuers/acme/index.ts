import { createHash } from 'node:crypto';
import type { CertificateChain } from '../../domain/certificate.ts';
import type { Finding } from '../../domain/finding.ts';
import type { IssuerTraits } from '../../domain/issuer-traits.ts';
import type { RevocationReason } from '../../domain/revocation.ts';
import type { HttpClient } from '../../plugins/http.ts';
import type { Described } from '../../plugins/plugin.ts';
import { trustOf } from '../../plugins/trust.ts';
import type {
  Challenge,
  ChallengeKind,
  ChallengeOf,
  Issuer,
  IssuerDeps,
  IssuerPlugin,
  OrderRequest,
  OrderTicket,
  RenewalWindow,
} from '../issuer.ts';
import { AcmeAccounts } from './account.ts';
import { renewalWindowOf } from './ari.ts';
import { assembleChain, checkLeaf, downloadChains } from './chain.ts';
import { findingsOf } from './check.ts';
import { completeOrder } from './issuance.ts';
import { challengesOf, placeOrder, reusableOrder } from './order.ts';
import { presetOf, presets } from './presets.ts';
import { AcmeProblem } from './problems.ts';
import { revokeAt } from './revocation.ts';
import type { AcmeSession } from './session.ts';
import { type AcmeSettings, directoryUrlOf, type ExternalAccount, externalAccountOf, settings } from './settings.ts';
import { atTestDirectory } from './test-directory.ts';
import { traitsOf } from './traits.ts';
import { AcmeTransport } from './transport.ts';

export const acme: IssuerPlugin<typeof settings> = {
  id: 'acme',
  title: 'ACME',
  summary: 'Any CA with an ACME directory: Let’s Encrypt, ZeroSSL, Google Trust Services, or a private one.',
  since: '0.1.0',
  links: {
    product: 'https://letsencrypt.org/docs/client-options/',
    api: 'https://www.rfc-editor.org/rfc/rfc8555',
  },
  settings,
  presets,
  describe: ({ directory }) => describeCa(String(directory ?? '')),
  caveats: [
    {
      text: 'Public CAs no longer issue certificates for client authentication, which some services of a CUCM need.',
      link: 'https://letsencrypt.org/2025/05/14/ending-tls-client-authentication',
    },
  ],
  create: (given, deps) => new AcmeIssuer(given, deps),
};

function describeCa(directory: string): Described {
  const preset = presetOf(directory);
  if (preset) return { title: preset.title, practice: preset.practice === true };
  const host = URL.canParse(directory) ? new URL(directory).host : '';
  return { title: host === '' ? acme.title : `ACME at ${host}`, practice: /staging/i.test(directory) };
}

class AcmeIssuer implements Issuer {
  readonly key: string;
  readonly #settings: AcmeSettings;
  readonly #deps: IssuerDeps;
  readonly #http: HttpClient;
  readonly traits: IssuerTraits;
  readonly #externalAccount: ExternalAccount | null;
  readonly #transport: AcmeTransport;
  readonly #accounts: AcmeAccounts;

  constructor(given: AcmeSettings, deps: IssuerDeps) {
    const { host } = directoryUrlOf(given);
    const { clock, userAgent } = deps;
    const { trust, caBundle, pinnedSha256 } = given;
    const externalAccount = externalAccountOf(given);
    const hash = shortHash(given.directory, externalAccount?.kid ?? '');
    this.key = `acme:${host}:${hash}`;
    this.traits = traitsOf(given.directory, given.profile ?? null);
    this.#settings = given;
    this.#deps = deps;
    this.#externalAccount = externalAccount;
    this.#http = deps.http({ trust: trustOf({ trust, caBundle, pinnedSha256 }), keepAlive: true });
    this.#transport = new AcmeTransport(given.directory, { http: this.#http, clock, userAgent });
    this.#accounts = new AcmeAccounts({
      transport: this.#transport,
      folderName: `${host}-${hash}`,
      contact: (given.contact ?? []).map(mailto),
      termsOfServiceAgreed: given.termsOfServiceAgreed,
      externalAccount,
      deps,
    });
  }

  get staging(): Issuer | null {
    const settings = atTestDirectory(this.#settings);
    return settings && new AcmeIssuer(settings, this.#deps);
  }

  check(signal: AbortSignal): Promise<readonly Finding[]> {
    const { termsOfServiceAgreed, profile = null } = this.#settings;
    return findingsOf(
      {
        transport: this.#transport,
        accounts: this.#accounts,
        termsOfServiceAgreed,
        externalAccount: this.#externalAccount,
        profile,
        clock: this.#deps.clock,
      },
      signal,
    );
  }

  async caaIdentities(signal: AbortSignal): Promise<readonly string[]> {
    return (await this.#transport.directory(signal)).meta.caaIdentities ?? [];
  }

  openOrder(request: OrderRequest, previous: OrderTicket | null, signal: AbortSignal): Promise<OrderTicket> {
    const { clock, log } = this.#deps;
    const { profile = null } = this.#settings;
    return this.#withAccount(async (session) => {
      const reused = previous && (await reusableOrder(session, previous, request.dnsNames, clock.now()));
      if (reused) return reused;
      return placeOrder(session, await this.#transport.directory(signal), request, { profile, log });
    }, signal);
  }

  pendingChallenges<Kind extends ChallengeKind>(
    ticket: OrderTicket,
    kind: Kind,
    signal: AbortSignal,
  ): Promise<readonly ChallengeOf<Kind>[]> {
    return this.#withAccount((session) => challengesOf(session, ticket, kind), signal);
  }

  issue(
    ticket: OrderTicket,
    challenges: readonly Challenge[],
    csrPem: string,
    signal: AbortSignal,
  ): Promise<CertificateChain> {
    const { clock } = this.#deps;
    const { preferredChain = null, findRootIn = '', caBundle = '' } = this.#settings;
    return this.#withAccount(async (session) => {
      const url = await completeOrder({ session, ticket, challenges, csrPem, clock, signal });
      const chains = await downloadChains(session, url, preferredChain);
      checkLeaf(chains[0]?.[0] ?? '', csrPem, ticket.url);
      return assembleChain(chains, { bundles: [findRootIn, caBundle], http: this.#http }, signal);
    }, signal);
  }

  revoke(leafPem: string, reason: RevocationReason, signal: AbortSignal): Promise<'revoked' | 'already'> {
    return this.#withAccount(
      async (session) => revokeAt(session, await this.#transport.directory(signal), { leafPem, reason }),
      signal,
    );
  }

  renewalWindow(leafPem: string, signal: AbortSignal): Promise<RenewalWindow | null> {
    return renewalWindowOf(this.#transport, leafPem, this.#deps.clock.now(), signal);
  }

  /** Registers an account again that the CA has lost, once, and repeats. */
  async #withAccount<T>(act: (session: AcmeSession) => Promise<T>, signal: AbortSignal): Promise<T> {
    const account = await this.#accounts.ensure(signal);
    try {
      return await act(await this.#accounts.open(account, signal));
    } catch (err) {
      if (!mayMeanLostAccount(err)) throw err;
      const again = await this.#accounts.registerAgain(signal);
      if (again.url === account.url) throw err;
      this.#deps.log.warn({ lost: account.url, account: again.url }, 'The CA had lost the ACME account');
      return act(await this.#accounts.open(again, signal));
    }
  }
}

/** CAs also say unauthorized; whether they mean the account shows when its key is looked up. */
function mayMeanLostAccount(err: unknown): err is AcmeProblem {
  return err instanceof AcmeProblem && (err.kind === 'accountDoesNotExist' || err.kind === 'unauthorized');
}

function mailto(address: string): string {
  return address.startsWith('mailto:') ? address : `mailto:${address}`;
}

function shortHash(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 8);
}
