/**
 * Everything the lab can do wrong on purpose. A person switches a fault on with
 * `npm run lab -- --fault NAME`, a test with `lab.faults.on(NAME)`, or `lab.faults.on(NAME, NODE)` for one node of a cluster.
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
  'ca-internal': 'The CA fails to sign by its own fault, and says so in the order, once.',
  'ca-processing': 'Orders stay in "processing" for a while.',
  'ca-bad-nonce': 'The CA refuses every other nonce.',
  'ca-down': 'The CA answers 503 to everything.',
  'ca-account-gone': 'The CA has forgotten the account.',
  'wrong-cert-served': 'Tomcat serves the old certificate even after the restart.',
  'node-down': 'All ports of the node are closed.',
  'csr-overwritten': 'Somebody else makes a new CSR right after ours was read back, once.',
  'password-changed': 'The password of the OS administrator is another one from the next request on.',
  'account-locked': 'The account of the OS administrator is locked after failed logins.',
  'api-503': 'The certificate management API answers every other request with 503.',
  'ssh-closes': 'The SSH session closes at login, before the first prompt.',
  'clock-skew':
    'The clock of the node is 65 minutes slow, which shows in its Date headers and makes it refuse certificates that begin later.',
  'sub-other-version': 'A subscriber runs another version than the publisher.',
  'soap-rate-limited': 'The Control Center service answers every other request with "Exceeded allowed rate".',
  'identity-not-distributed':
    'A subscriber does not get the multi-server certificate that was uploaded to the publisher.',
} as const;

/** The same for the boxes beside the CUCM: ISE, Expressway, Catalyst Center, vCenter. What these share with it is above. */
const BOX_FAULTS = {
  'ise-bind-timeout': 'ISE takes the certificate but never answers the bind.',
  'ise-bind-lost': 'ISE neither takes the certificate nor answers the bind, once.',
  'ise-csr-conflict': 'ISE refuses a CSR with 409, because somebody else has made one for the same name.',
  'ise-content-filter': 'The content filter of ISE takes a bind for an attack.',
  'expressway-csr-conflict': 'Somebody else has made a CSR on the Expressway, which keeps one only.',
  'expressway-upload-lost': 'The Expressway stores the certificate but never answers the upload.',
  'expressway-trust-replaced': 'An upload to the trust list of the Expressway replaces what was there, once.',
  'catalyst-task-failed': 'The task of Catalyst Center ends with an error.',
  'catalyst-task-late': 'Catalyst Center does not know its task for a while.',
  'catalyst-token-expired': 'Catalyst Center forgets a token after its first use, once.',
  'vcenter-put-lost': 'vCenter takes the certificate but never answers.',
  'vcenter-put-refused': 'vCenter refuses the certificate.',
  'vcenter-put-failed': 'vCenter answers a replacement with 500, and keeps the old certificate.',
  'vcenter-put-ignored': 'vCenter accepts the certificate, but keeps the old one and restarts nothing.',
  'vcenter-root-exists': 'vCenter refuses a root that it trusts already.',
} as const;

export const ALL_FAULTS = { ...FAULTS, ...BOX_FAULTS } as const;

export type FaultName = keyof typeof ALL_FAULTS;

/** The faults as one simulator sees them. */
export interface FaultView {
  has(name: FaultName): boolean;
  /** True once: switches the fault off and says whether it was on. */
  take(name: FaultName): boolean;
}

const EVERYWHERE = '*';

/**
 * Which faults are on, everywhere or at one node. Shared by all simulators of one lab. Nodes go by their host name:
 * `cucm-sub1` and `cucm-sub1.lab.example.com` are the same.
 */
export class Faults implements FaultView {
  readonly #on = new Map<FaultName, Set<string>>();
  readonly #listeners = new Set<() => void>();

  /** Without a node: everywhere. */
  on(name: FaultName, node?: string): void {
    this.#on.set(name, this.#places(name).add(placeOf(node)));
    this.#tell();
  }

  /** Without a node: everywhere and at each node. With one: what was switched on for that node alone. */
  off(name: FaultName, node?: string): void {
    if (node === undefined) this.#on.delete(name);
    else this.#places(name).delete(placeOf(node));
    this.#tell();
  }

  /** Whether it is on everywhere, or at this node. */
  has(name: FaultName, node?: string): boolean {
    const places = this.#places(name);
    return places.has(EVERYWHERE) || places.has(placeOf(node));
  }

  /** True once: switches the fault off and says whether it was on. The node's own goes before the one that is everywhere. */
  take(name: FaultName, node?: string): boolean {
    const places = this.#places(name);
    const taken = places.delete(placeOf(node)) || places.delete(EVERYWHERE);
    if (taken) this.#tell();
    return taken;
  }

  /** The faults of one node. */
  at(node: string): FaultView {
    return { has: (name) => this.has(name, node), take: (name) => this.take(name, node) };
  }

  /** Called at once after each change. Returns the function that removes the listener. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #places(name: FaultName): Set<string> {
    return this.#on.get(name) ?? new Set();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function placeOf(node: string | undefined): string {
  return node?.split('.')[0]?.toLowerCase() ?? EVERYWHERE;
}
