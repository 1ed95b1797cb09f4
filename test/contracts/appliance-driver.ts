import { describe, expect, type TestContext, test, vi } from 'vitest';
import type { ApplianceDriver, KeyMaterial, SlotId } from '../../backend/src/appliances/driver.ts';
import { appliancePlugin } from '../../backend/src/appliances/index.ts';
import {
  type CertificateChain,
  chainPems,
  readCsr,
  sameNames,
  sha256OfPem,
} from '../../backend/src/domain/certificate.ts';
import { Secret } from '../../backend/src/domain/secret.ts';
import { makeCsr, makeKey } from '../../backend/src/plugins/keys.ts';
import type { TlsEndpoint } from '../../backend/src/plugins/tls.ts';

/** One appliance, fresh for each test, and what a CA and a second administrator do to it. */
export interface ApplianceUnderTest extends AsyncDisposable {
  readonly driver: ApplianceDriver;
  readonly slot: SlotId;
  /** False: the nodes of a cluster begin with certificates of their own, so what the first one serves is what is installed. */
  readonly beginsShared?: boolean;
  /** Names that the appliance takes; the first is the common name. */
  readonly dnsNames: readonly [string, ...string[]];
  /** The same appliance, addressed with a password that it refuses; null where there is none. `accepted`: the one that it takes. */
  readonly denied: { readonly driver: ApplianceDriver; readonly password: string; readonly accepted?: string } | null;
  /** The same product at an address where nobody answers; null where there is no address. */
  readonly absent: ApplianceDriver | null;
  /** How a person replaces the pending request, where the product keeps one and its API replaces none. */
  readonly replaceRequest?: () => Promise<void>;
  /** By these settings nothing is restarted, by others it is. */
  readonly restartsBySettings?: true;
  /** What a CA makes of the request, root included. The appliance does not trust that CA yet. */
  issue(csrPem: string): Promise<CertificateChain>;
  /** A chain for the same names and another key. */
  issueForStranger(): Promise<CertificateChain>;
  /** SHA-256 of the certificate that an endpoint serves now. */
  served(endpoint: TlsEndpoint): Promise<string>;
}

/** Every printable character of ASCII, the blank first, and one beyond: what a password may be made of. */
export const PRINTABLE = `${String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 0x20 + index))}ü`;

/** The promises of backend/src/appliances/driver.ts, for one implementation. `name` begins with the id of its plugin. */
export function applianceDriverContract(name: string, setup: () => Promise<ApplianceUnderTest>): void {
  const promise: Pledge = (title, keeps) =>
    test(title, async (context) => {
      await using world = await setup();
      await keeps(world, context);
    });
  describe.concurrent(`appliance driver: ${name}`, () => {
    describe('declaring', () => declaring(name, promise));
    describe('looking', () => looking(promise));
    describe('logging in', () => loggingIn(promise));
    describe('requests', () => requests(promise));
    describe('installing', () => installing(promise));
    describe('activating', () => activating(promise));
    describe('failing', () => failing(promise));
  });
}

const never = new AbortController().signal;
const ON_APPLIANCE: KeyMaterial = { held: 'appliance' };
/** Milliseconds. Longer than one call that hangs as its port is closed beneath it. */
const PATIENCE = { timeout: 40_000, interval: 50 };
/** A test with an appliance of its own. */
type Pledge = (title: string, keeps: (world: ApplianceUnderTest, context: TestContext) => Promise<void>) => void;

function declaring(name: string, promise: Pledge): void {
  promise(
    'the plugin says so when nothing is ever restarted, and only then',
    async ({ driver, restartsBySettings }) => {
      const { restartsNothing = false, reloads = false } = appliancePlugin(name.split(' ')[0] ?? '');

      expect(driver.activation === undefined).toBe(restartsNothing || restartsBySettings === true);
      if (driver.activation) expect(driver.activation.reloads ?? false).toBe(reloads);
    },
  );
}

function looking(promise: Pledge): void {
  promise('identify names the node and its slots', async (world) => {
    const { driver, slot } = world;

    const identity = await driver.identify(never);

    expect(identity.slots).toContain(slot);
    expect(identity.product).not.toBe('');
    expect(identity.nodeName).not.toBe('');
  });

  promise('readInstalled returns what the endpoints serve', async (world) => {
    const { driver, slot, served, beginsShared = true } = world;

    const installed = await driver.readInstalled(slot, never);
    const endpoints = await driver.endpoints(slot, never);

    expect(endpoints.length).toBeGreaterThan(0);
    const [first] = endpoints;
    const concerned = endpoints.filter(({ serverName }) => beginsShared || serverName === first?.serverName);
    for (const endpoint of concerned) expect(await served(endpoint)).toBe(sha256Of(installed));
  });

  promise('check blocks nothing on a healthy appliance, and changes nothing', async (world) => {
    const { driver, slot, dnsNames } = world;
    const before = await stateOf(world);

    const findings = await driver.check(slot, dnsNames, never);

    expect(findings.length).toBeGreaterThan(0);
    expect(findings.filter((finding) => finding.outcome === 'block')).toEqual([]);
    expect(new Set(findings.map((finding) => finding.id)).size).toBe(findings.length);
    expect(await stateOf(world)).toEqual(before);
  });

  promise('a slot that does not exist is refused', async (world) => {
    const { driver } = world;

    await expect(driver.readInstalled('no-such-slot', never)).rejects.toMatchObject({ name: 'AppError' });
  });
}

function loggingIn(promise: Pledge): void {
  promise('every printable character of a password arrives as it is', async (world, context) => {
    const { driver, slot, dnsNames, denied } = world;
    if (denied?.accepted === undefined) return context.skip('no password logs in');

    const findings = await driver.check(slot, dnsNames, never);
    const refused = await denied.driver.check(slot, dnsNames, never);

    expect(denied.accepted).toBe(PRINTABLE);
    expect(findings.filter(({ outcome }) => outcome === 'block')).toEqual([]);
    expect(refused.some(({ outcome }) => outcome === 'block')).toBe(true);
  });
}

function requests(promise: Pledge): void {
  promise('create makes a request for the names and returns what is then pending', async (world, context) => {
    const { driver, slot, dnsNames } = world;
    if (!driver.csr) return context.skip('makes no requests');
    expect(await driver.csr.pending(slot, never)).toBeNull();

    const csr = await driver.csr.create(slot, { commonName: dnsNames[0], dnsNames }, never);

    const pending = await driver.csr.pending(slot, never);
    expect(pending && readCsr(pending).key).toEqual(readCsr(csr).key);
    expect(sameNames(readCsr(csr).dnsNames, dnsNames)).toBe(true);
  });

  promise('create replaces the pending request and its key', async (world, context) => {
    const { driver, slot, dnsNames } = world;
    if (!driver.csr) return context.skip('makes no requests');
    const first = await driver.csr.create(slot, { commonName: dnsNames[0], dnsNames }, never);

    const created = driver.csr.create(slot, { commonName: dnsNames[0], dnsNames }, never);
    if (world.replaceRequest) {
      await expect(created).rejects.toMatchObject({ code: 'APPLIANCE_REFUSED' });
      expect(await driver.csr.pending(slot, never)).toBe(first);
      return;
    }

    const second = await created;
    const pending = await driver.csr.pending(slot, never);
    expect(readCsr(second).key).not.toEqual(readCsr(first).key);
    expect(pending && readCsr(pending).key).toEqual(readCsr(second).key);
  });

  promise('trust.ensure adds what is missing, once', async (world, context) => {
    const { driver, slot, issueForStranger } = world;
    if (!driver.trust) return context.skip('needs no trusted CA');
    const caPem = chainPems(await issueForStranger()).slice(1);

    const first = await driver.trust.ensure(slot, caPem, never);
    const second = await driver.trust.ensure(slot, caPem, never);

    expect(first.toSorted()).toEqual(caPem.map(sha256OfPem).toSorted());
    expect(second).toEqual([]);
  });
}

function installing(promise: Pledge): void {
  promise('install puts the leaf into the slot; again, it changes nothing', async (world) => {
    const { driver, slot } = world;
    const { chain, key } = await issued(world);
    await driver.trust?.ensure(slot, chainPems(chain).slice(1), never);

    const first = await driver.install(slot, chain, key, never);
    const second = await driver.install(slot, chain, key, never);

    const sha256 = sha256OfPem(chain.leafPem);
    expect(first).toEqual({ changed: true, sha256 });
    expect(second).toEqual({ changed: false, sha256 });
    expect(sha256Of(await driver.readInstalled(slot, never))).toBe(sha256);
  });

  promise('a certificate of an untrusted CA is rejected in the words of the appliance', async (world, context) => {
    const { driver, slot } = world;
    if (!driver.trust) return context.skip('needs no trusted CA');
    const before = await driver.readInstalled(slot, never);
    const { chain, key } = await issued(world);

    const failure = await driver.install(slot, chain, key, never).catch((err) => err);

    expect(failure).toMatchObject({ code: 'APPLIANCE_REJECTED_CERTIFICATE' });
    expect(failure.evidence.body).toBeTruthy();
    expect(await driver.readInstalled(slot, never)).toEqual(before);
  });

  promise('a certificate for a replaced request is not sent', async (world, context) => {
    const { driver, slot, dnsNames } = world;
    if (!driver.csr) return context.skip('makes no requests');
    const before = await driver.readInstalled(slot, never);
    const { chain, key } = await issued(world);
    await driver.trust?.ensure(slot, chainPems(chain).slice(1), never);
    if (world.replaceRequest) await world.replaceRequest();
    else await driver.csr.create(slot, { commonName: dnsNames[0], dnsNames }, never);

    const installed = driver.install(slot, chain, key, never);

    await expect(installed).rejects.toMatchObject({ code: 'APPLIANCE_CSR_REPLACED' });
    expect(await driver.readInstalled(slot, never)).toEqual(before);
  });

  promise('a certificate without a request is not sent', async (world, context) => {
    const { driver, slot, issueForStranger } = world;
    if (!driver.csr) return context.skip('makes no requests');

    const installed = driver.install(slot, await issueForStranger(), ON_APPLIANCE, never);

    await expect(installed).rejects.toMatchObject({ code: 'APPLIANCE_CSR_REPLACED' });
  });

  promise('a certificate for another key than the one handed over is not put there', async (world, context) => {
    const { driver, slot, issueForStranger } = world;
    if (!driver.key) return context.skip('takes no keys');
    const before = await driver.readInstalled(slot, never);
    const { key } = await issued(world);

    const installed = driver.install(slot, await issueForStranger(), key, never);

    await expect(installed).rejects.toMatchObject({ code: 'CERTIFICATE_MISMATCH' });
    expect(await driver.readInstalled(slot, never)).toEqual(before);
  });
}

function activating(promise: Pledge): void {
  promise('every planned action begins once, ends, and then the new certificate is served', async (world, context) => {
    const { driver, slot, served } = world;
    if (!driver.activation || !(await driver.activation.plan(slot, never))[0]) return context.skip('serves at once');
    const { activation } = driver;
    const { chain, key } = await issued(world);
    await driver.trust?.ensure(slot, chainPems(chain).slice(1), never);
    await driver.install(slot, chain, key, never);
    const plan = await activation.plan(slot, never);
    let accepted = 0;

    for (const action of plan) {
      await activation.start(
        action,
        async () => {
          accepted += 1;
        },
        never,
      );
      await vi.waitFor(async () => expect(await activation.status(action, never)).toBe('done'), PATIENCE);
    }

    expect(plan.length).toBeGreaterThan(0);
    expect(accepted).toBe(plan.length);
    for (const endpoint of await driver.endpoints(slot, never)) {
      await vi.waitFor(async () => expect(await served(endpoint)).toBe(sha256OfPem(chain.leafPem)), PATIENCE);
    }
  });

  promise('an action that was not planned does not begin', async (world, context) => {
    const { driver } = world;
    if (!driver.activation) return context.skip('serves at once');
    let accepted = 0;
    const action = {
      id: 'node/No Such Service',
      node: 'node',
      service: 'No Such Service',
      impact: '',
      endpoints: [],
      expectedSeconds: 0,
    };

    const started = driver.activation.start(
      action,
      async () => {
        accepted += 1;
      },
      never,
    );

    await expect(started).rejects.toMatchObject({ name: 'AppError' });
    expect(accepted).toBe(0);
  });
}

function failing(promise: Pledge): void {
  promise('a wrong password is denied, and is nowhere in the failure', async (world, context) => {
    const { denied, slot } = world;
    if (!denied) return context.skip('has no password');

    const failure = await denied.driver.readInstalled(slot, never).catch((err) => err);

    expect(failure).toMatchObject({ code: 'APPLIANCE_DENIED' });
    expect(everythingIn(failure)).not.toContain(denied.password);
    expect(everythingIn(failure)).not.toContain(Buffer.from(denied.password).toString('base64').slice(0, 8));
  });

  promise('a wrong password is a finding, with what to do about it', async (world, context) => {
    const { denied, slot, dnsNames } = world;
    if (!denied) return context.skip('has no password');

    const findings = await denied.driver.check(slot, dnsNames, never);

    const blocks = findings.filter((finding) => finding.outcome === 'block');
    expect(blocks.length).toBeGreaterThan(0);
    expect(blocks.every((finding) => finding.todo)).toBe(true);
    expect(JSON.stringify(findings)).not.toContain(denied.password);
  });

  promise('an appliance that does not answer is unreachable, and check says so', async (world, context) => {
    const { absent, slot, dnsNames } = world;
    if (!absent) return context.skip('is at no other address');

    const failure = await absent.identify(never).catch((err) => err);
    const findings = await absent.check(slot, dnsNames, never);

    expect(failure).toMatchObject({ code: 'APPLIANCE_UNREACHABLE' });
    expect(findings.some((finding) => finding.outcome === 'block')).toBe(true);
  });

  promise('an abort rejects with its reason, whatever is asked', async (world) => {
    const { driver, slot, dnsNames } = world;
    const reason = new Error('cancelled');
    const aborted = AbortSignal.abort(reason);

    await expect(driver.identify(aborted)).rejects.toBe(reason);
    await expect(driver.readInstalled(slot, aborted)).rejects.toBe(reason);
    await expect(driver.check(slot, dnsNames, aborted)).rejects.toBe(reason);
  });
}

interface Issued {
  readonly chain: CertificateChain;
  readonly key: KeyMaterial;
}

/** A chain for a request that waits on the appliance, or for a key of ours where the host takes one. */
async function issued({ driver, slot, dnsNames, issue }: ApplianceUnderTest): Promise<Issued> {
  const [commonName] = dnsNames;
  if (driver.csr) {
    const csr = await driver.csr.create(slot, { commonName, dnsNames }, never);
    return { chain: await issue(csr), key: ON_APPLIANCE };
  }
  const key = await makeKey(driver.key?.kinds[0] ?? 'EC P-256');
  return {
    chain: await issue(await makeCsr(key, commonName, dnsNames)),
    key: { held: 'certferry', pem: new Secret(key.keyPem) },
  };
}

async function stateOf({ driver, slot }: ApplianceUnderTest) {
  return { installed: await driver.readInstalled(slot, never), pending: await driver.csr?.pending(slot, never) };
}

function sha256Of(installed: Awaited<ReturnType<ApplianceDriver['readInstalled']>>): string | null {
  return installed === null || installed === 'unreadable' ? null : installed.sha256;
}

function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const fields = JSON.stringify({ ...error, message: error.message, stack: error.stack });
  return `${fields} ${error.cause ? everythingIn(error.cause) : ''}`;
}
