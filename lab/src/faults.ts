/**
 * Everything the lab can do wrong on purpose. A person switches a fault on with
 * `npm run lab -- --fault NAME`, a test with `lab.faults.on(NAME)`.
 */
export const FAULTS = {
  'csr-stale-500':
    'The node answers 500 when the certificate was issued for an older CSR, and forgets the pending CSR once.',
  'trust-duplicate': 'The node answers an error to a trust certificate that is already there.',
  'identity-timeout-but-stored': 'The node stores the identity certificate but never answers the upload.',
  'restart-slow': 'Tomcat takes three times as long to restart.',
  'restart-drops-session': 'The SSH session closes while Tomcat restarts.',
  'no-started-line': 'The CLI returns to the prompt after [STARTING], as subscribers do.',
  'banner-error-word': 'The login banner contains the word ERROR.',
  'san-added-by-node': 'The node adds its parent domain to the subject alternative names of the CSR.',
  'dns-lag': 'The secondary name server gets changes late.',
  'dns-servfail-secondary': 'The secondary name server answers SERVFAIL.',
  'ca-rate-limited': 'The CA answers the first order with 429 and Retry-After.',
  'ca-processing': 'Orders stay in "processing" for a while.',
  'ca-bad-nonce': 'The CA refuses every other nonce.',
  'ca-account-gone': 'The CA has forgotten the account.',
  'wrong-cert-served': 'Tomcat serves the old certificate even after the restart.',
} as const;

export type FaultName = keyof typeof FAULTS;

/** Which faults are on. Shared by all simulators of one lab. */
export class Faults {
  readonly #on = new Set<FaultName>();

  on(name: FaultName): void {
    this.#on.add(name);
  }

  off(name: FaultName): void {
    this.#on.delete(name);
  }

  has(name: FaultName): boolean {
    return this.#on.has(name);
  }

  /** True once: switches the fault off and says whether it was on. */
  take(name: FaultName): boolean {
    return this.#on.delete(name);
  }
}
