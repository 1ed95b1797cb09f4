import type { FaultView } from '../faults.ts';
import type { Certificate } from './certificates.ts';
import type { NodeClock } from './clock.ts';
import { type Identity, startIdentities } from './identities.ts';
import { keyChoice } from './key-choice.ts';
import type { KeyMaker, SharedKeys } from './keys.ts';
import { checkLeaf, newPending, type Pending, type PendingDetails } from './pending.ts';
import { noSuchCsr, Refusal, TEXTS } from './refusal.ts';
import type { CsrBody } from './schema.ts';
import type { NodeSeed } from './seed.ts';
import { productOf, type Role } from './services.ts';
import {
  type Slot,
  type SlotName,
  slotNamed,
  slotsOf,
  type TrustName,
  trustStoreNamed,
  trustStoresOf,
} from './slots.ts';
import { readUpload, TrustStore } from './trust-store.ts';

export interface NodeSettings {
  readonly nodeName: string;
  readonly role: Role;
  readonly installedValidDays: number;
  /** PEM, in tomcat-trust at the start. */
  readonly trusted: readonly string[];
  readonly seed: NodeSeed | null;
  readonly startKeys: SharedKeys;
  readonly newKeys: KeyMaker;
  readonly faults: FaultView;
  readonly now: NodeClock;
}

/** An identity that has just been put into a slot, and the request it was for. */
export interface Installed {
  readonly slot: Slot;
  readonly identity: Identity;
  readonly pending: Pending;
}

/** The certificates of one node, and its rules for changing them. */
export class VosNode {
  readonly name: string;
  readonly role: Role;
  readonly #faults: FaultView;
  readonly #now: NodeClock;
  readonly #newKeys: KeyMaker;
  readonly #identities: Map<SlotName, Identity>;
  readonly #pending = new Map<SlotName, Pending>();
  readonly #trust: ReadonlyMap<TrustName, TrustStore>;

  private constructor(settings: NodeSettings, identities: Map<SlotName, Identity>) {
    const { role, seed, now, trusted } = settings;
    this.name = settings.nodeName;
    this.role = role;
    this.#faults = settings.faults;
    this.#now = now;
    this.#newKeys = settings.newKeys;
    this.#identities = identities;
    const found = (store: TrustName) => readUpload(seed?.trusted.get(store) ?? []);
    this.#trust = new Map(trustStoresOf(productOf(role)).map((store) => [store, new TrustStore(now, found(store))]));
    for (const certificate of readUpload(trusted)) this.trust('tomcat').add(certificate);
  }

  static async create(settings: NodeSettings): Promise<VosNode> {
    return new VosNode(settings, await startIdentities(settings));
  }

  /** `cucm-pub` of `cucm-pub.lab.example.com`. */
  get shortName(): string {
    return this.name.split('.')[0] ?? this.name;
  }

  get slots(): readonly Slot[] {
    return slotsOf(productOf(this.role));
  }

  get trustStores(): readonly TrustName[] {
    return trustStoresOf(productOf(this.role));
  }

  /** @throws Refusal when there is no such slot */
  slot(service: string): Slot {
    return slotNamed(service, productOf(this.role));
  }

  /** What the node holds, whether or not it is served already. @throws Refusal when there is no such slot */
  identity(service: string): Identity {
    const identity = this.#identities.get(this.slot(service).name);
    if (!identity) throw new Refusal(404, TEXTS.notFound);
    return identity;
  }

  /** By its own name, or by that of a slot that shares it. @throws Refusal when there is no such store */
  trust(service: string): TrustStore {
    const store = this.#trust.get(trustStoreNamed(service, productOf(this.role)));
    if (!store) throw new Refusal(400, `Invalid service: ${service}`);
    return store;
  }

  /** PEM, or null. @throws Refusal when there is no such slot */
  pendingCsr(service: string): string | null {
    return this.#pending.get(this.slot(service).name)?.request.pem ?? null;
  }

  /** Replaces the pending request of the slot, and its key, for this node alone. Returns PEM. @throws Refusal */
  async createCsr(body: CsrBody): Promise<string> {
    const slot = this.changeable(body.service);
    if (body.commonName === undefined) throw new Refusal(400, TEXTS.invalidJson);
    const { commonName } = body;
    const added = [...this.parentsOf(commonName), ...body.altNames];
    const dnsNames = added.length > 0 ? [commonName, ...added] : [];
    const choice = keyChoice(slot, body);
    const pending = await this.newPending({ slot, ...choice, commonName, dnsNames, isMultiServer: false });
    this.hold(slot, pending);
    return pending.request.pem;
  }

  /** Somebody else asks for the same once more: the request stays as it reads, with another key. */
  async overwriteCsr(service: string): Promise<void> {
    const slot = this.slot(service);
    const pending = this.#pending.get(slot.name);
    if (pending) this.hold(slot, await this.newPending(pending.details));
  }

  /** Makes a key and a request for it, and does not hold it yet. @throws Refusal when the names are no good */
  newPending(details: PendingDetails): Promise<Pending> {
    return newPending(details, this.#newKeys);
  }

  hold(slot: Slot, pending: Pending): void {
    this.#pending.set(slot.name, pending);
  }

  /**
   * Stores leaf and key and consumes the request. The services keep using the old one until they are restarted.
   *
   * @throws Refusal with the vendor's words
   */
  uploadIdentity(service: string, elements: readonly string[]): Installed {
    const slot = this.changeable(service);
    const pending = this.#pending.get(slot.name);
    if (!pending) throw new Refusal(400, noSuchCsr(slot.name));
    if (this.#faults.take('csr-stale-500')) {
      this.#pending.delete(slot.name);
      throw new Refusal(500, TEXTS.internal);
    }
    const [leaf] = readUpload(elements);
    if (!leaf) throw new Refusal(400, TEXTS.unreadable);
    const path = this.trust(slot.trust).pathFor(leaf);
    if (!path) throw new Refusal(400, TEXTS.caMissing);
    checkLeaf(leaf, pending.request, this.#now());
    // A self-signed root is not served: clients have it or do not trust it.
    const identity = {
      certificatePem: leaf.pem,
      keyPem: pending.request.keyPem,
      certificate: leaf,
      issuers: path.slice(0, -1),
    };
    this.install(slot, identity, pending);
    return { slot, identity, pending };
  }

  /** Puts an identity in, and drops the request that it was for. */
  install(slot: Slot, identity: Identity, pending: Pending): void {
    this.#identities.set(slot.name, identity);
    if (this.#pending.get(slot.name) === pending) this.#pending.delete(slot.name);
  }

  /**
   * Adds certificates to the stores one by one; those before a refused one stay. Returns how many were new.
   *
   * @throws Refusal
   */
  uploadTrust(services: readonly string[], elements: readonly string[]): number {
    const stores = services.map((service) => this.trust(service));
    let added = 0;
    for (const certificate of readUpload(elements)) {
      for (const store of stores) {
        if (store.add(certificate)) added += 1;
        else if (this.#faults.has('trust-duplicate')) throw new Refusal(400, TEXTS.trustDuplicate);
      }
    }
    return added;
  }

  /** Takes over what another node of the cluster has in a store; what does not fit here stays out. */
  copyTrust(store: TrustName, certificates: readonly Certificate[]): void {
    for (const certificate of certificates) {
      try {
        this.#trust.get(store)?.add(certificate);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
      }
    }
  }

  /** @throws Refusal when there is no such slot, or the lab does not change it */
  changeable(service: string): Slot {
    const slot = this.slot(service);
    if (!slot.changeable) throw new Refusal(400, `The lab does not change the certificate of ${service}`);
    return slot;
  }

  /** What the node adds to the names by itself. */
  parentsOf(name: string): string[] {
    const parent = name.split('.').slice(1).join('.');
    return this.#faults.has('san-added-by-node') && parent !== '' ? [parent] : [];
  }
}
