import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DnsProvider, DnsReceipt, TxtRecord } from '../../backend/src/dns/provider.ts';
import { AppError } from '../../backend/src/domain/errors.ts';

/** What a service under test offers to the suite. */
export interface DnsProviderHarness extends AsyncDisposable {
  readonly provider: DnsProvider;
  /** The same account in an object of its own, as the renewal of another connection has it. */
  readonly another: DnsProvider;
  /** A zone that the provider may write: canonical, no trailing dot. */
  readonly zone: string;
  /** What `check` returns. */
  readonly checked: readonly string[];
  /** The same service, with credentials of the right form that it does not accept. */
  readonly denied: DnsProvider;
  /** The secret parts of both sets of credentials. */
  readonly secrets: readonly string[];
  /** The same settings at an address where nobody listens. */
  readonly unreachable: DnsProvider;
  /** The TXT values that the service publishes, asked in another way than through the provider. */
  published(fqdn: string): Promise<readonly string[]>;
  /** Publishes a value of which the provider knows nothing. */
  addForeign(fqdn: string, value: string): Promise<void>;
}

export type DnsProviderTest = keyof typeof PROMISES;

export interface Skip {
  readonly reason: string;
  readonly tests: readonly DnsProviderTest[];
}

/** Checks the promises of `DnsProvider` on one implementation. */
export function dnsProviderContract(
  name: string,
  setup: () => Promise<DnsProviderHarness>,
  { skip = [] }: { readonly skip?: readonly Skip[] } = {},
): void {
  describe(`${name} keeps the promises of DnsProvider`, () => {
    let harness: DnsProviderHarness;
    let nextName = 0;

    beforeAll(async () => {
      harness = await setup();
    });
    afterAll(() => harness?.[Symbol.asyncDispose]());

    for (const [title, check] of Object.entries(PROMISES)) {
      const reason = skip.find(({ tests }) => tests.some((skipped) => skipped === title))?.reason;
      test.skipIf(reason)(reason ? `${title} (skipped: ${reason})` : title, async () => {
        nextName += 1;
        await check({ ...bound(harness), fqdn: `_acme-challenge.host${nextName}.${harness.zone}` });
      });
    }
  });
}

/** A harness and a record name that no other test uses. */
interface Scene extends Bound {
  readonly fqdn: string;
}

interface Bound {
  readonly harness: DnsProviderHarness;
  present(fqdn: string, value: string): Promise<DnsReceipt>;
  cleanUp(fqdn: string, value: string, receipt: DnsReceipt | null): Promise<void>;
}

const NEVER = new AbortController().signal;

const PROMISES = {
  async 'check names the zones'({ harness }: Scene) {
    expect(await harness.provider.check(NEVER)).toEqual(harness.checked);
  },

  async 'check changes nothing'({ harness, fqdn }: Scene) {
    await harness.addForeign(fqdn, 'foreign');

    await harness.provider.check(NEVER);

    expect(await harness.published(fqdn)).toEqual(['foreign']);
  },

  async 'a presented value is published'({ harness, present, fqdn }: Scene) {
    await present(fqdn, 'value');

    await published(harness, fqdn, ['value']);
  },

  async 'a receipt survives being stored as JSON'({ present, fqdn }: Scene) {
    const receipt = await present(fqdn, 'value');

    expect(JSON.parse(JSON.stringify(receipt))).toEqual(receipt);
  },

  async 'presenting a value twice succeeds and publishes it once'({ harness, present, cleanUp, fqdn }: Scene) {
    await present(fqdn, 'value');
    const receipt = await present(fqdn, 'value');

    await published(harness, fqdn, ['value']);
    await cleanUp(fqdn, 'value', receipt);
    await published(harness, fqdn, []);
  },

  async 'two values of one name live side by side'({ harness, present, fqdn }: Scene) {
    await present(fqdn, 'of-the-name');
    await present(fqdn, 'of-the-wildcard');

    await published(harness, fqdn, ['of-the-name', 'of-the-wildcard']);
  },

  async 'two values presented at the same time are both published'({ harness, present, fqdn }: Scene) {
    await Promise.all([present(fqdn, 'first'), present(fqdn, 'second')]);

    await published(harness, fqdn, ['first', 'second']);
  },

  async 'a foreign value survives present and cleanUp'({ harness, present, cleanUp, fqdn }: Scene) {
    await harness.addForeign(fqdn, 'foreign');

    const receipt = await present(fqdn, 'value');

    await published(harness, fqdn, ['foreign', 'value']);
    await cleanUp(fqdn, 'value', receipt);
    await published(harness, fqdn, ['foreign']);
  },

  async 'apex and wildcard of a zone live beside a foreign value, and only they are removed'(scene: Scene) {
    const { harness, present, cleanUp } = scene;
    const fqdn = `_acme-challenge.${harness.zone}`;
    await harness.addForeign(fqdn, 'foreign');

    const ofApex = await present(fqdn, 'of-the-apex');
    const ofWildcard = await present(fqdn, 'of-the-wildcard');

    await published(harness, fqdn, ['foreign', 'of-the-apex', 'of-the-wildcard']);
    await cleanUp(fqdn, 'of-the-apex', ofApex);
    await cleanUp(fqdn, 'of-the-wildcard', ofWildcard);
    await published(harness, fqdn, ['foreign']);
  },

  async 'two renewals that publish at one name at once keep both values'({ harness, fqdn }: Scene) {
    const { provider, another, zone } = harness;

    await Promise.all([
      provider.present(txt(fqdn, 'of-one', zone), NEVER),
      another.present(txt(fqdn, 'of-the-other', zone), NEVER),
    ]);

    await published(harness, fqdn, ['of-one', 'of-the-other']);
  },

  async 'a renewal that cleans up while another publishes at the name removes its own value only'(scene: Scene) {
    const { harness, present, cleanUp, fqdn } = scene;
    const { another, zone } = harness;
    await harness.addForeign(fqdn, 'foreign');
    const first = await present(fqdn, 'first');
    const second = txt(fqdn, 'second', zone);

    const [, receipt] = await Promise.all([cleanUp(fqdn, 'first', first), another.present(second, NEVER)]);

    await published(harness, fqdn, ['foreign', 'second']);
    await Promise.all([present(fqdn, 'third'), another.cleanUp(second, receipt, NEVER)]);
    await published(harness, fqdn, ['foreign', 'third']);
  },

  async 'cleanUp of one value leaves the other'({ harness, present, cleanUp, fqdn }: Scene) {
    const receipt = await present(fqdn, 'first');
    await present(fqdn, 'second');

    await cleanUp(fqdn, 'first', receipt);

    await published(harness, fqdn, ['second']);
  },

  async 'cleanUp works without a receipt'({ harness, present, cleanUp, fqdn }: Scene) {
    await present(fqdn, 'first');
    await present(fqdn, 'second');

    await cleanUp(fqdn, 'first', null);

    await published(harness, fqdn, ['second']);
  },

  async 'cleanUp of a value that is already gone succeeds'({ harness, present, cleanUp, fqdn }: Scene) {
    const receipt = await present(fqdn, 'value');
    await cleanUp(fqdn, 'value', receipt);

    await cleanUp(fqdn, 'value', receipt);
    await cleanUp(fqdn, 'value', null);

    await published(harness, fqdn, []);
  },

  async 'a name in no zone of the account is DNS_ZONE_NOT_FOUND'({ harness }: Scene) {
    const record = txt('_acme-challenge.elsewhere.invalid', 'value', 'elsewhere.invalid');

    const failure = await failureOf(harness.provider.present(record, NEVER));

    expect(failure.code).toBe('DNS_ZONE_NOT_FOUND');
  },

  async 'wrong credentials are DNS_DENIED, and no secret is in the error'({ harness, fqdn }: Scene) {
    const record = txt(fqdn, 'value', harness.zone);

    const failures = [
      await failureOf(harness.denied.check(NEVER)),
      await failureOf(harness.denied.present(record, NEVER)),
      await failureOf(harness.denied.cleanUp(record, null, NEVER)),
    ];

    expect(failures.map(({ code }) => code)).toEqual(['DNS_DENIED', 'DNS_DENIED', 'DNS_DENIED']);
    expect(await harness.published(fqdn)).toEqual([]);
    for (const secret of harness.secrets) expect(wordsOf(failures)).not.toContain(secret);
  },

  async 'a service that is not there is DNS_UNREACHABLE'({ harness, fqdn }: Scene) {
    const failure = await failureOf(harness.unreachable.present(txt(fqdn, 'value', harness.zone), NEVER));

    expect(failure.code).toBe('DNS_UNREACHABLE');
    for (const secret of harness.secrets) expect(wordsOf([failure])).not.toContain(secret);
  },

  async 'an aborted signal ends the call with its reason'({ harness, fqdn }: Scene) {
    const reason = new Error('cancelled by the test');

    const outcome = harness.provider.present(txt(fqdn, 'value', harness.zone), AbortSignal.abort(reason));

    await expect(outcome).rejects.toBe(reason);
    expect(await harness.published(fqdn)).toEqual([]);
  },
};

function bound(harness: DnsProviderHarness): Bound {
  const { provider, zone } = harness;
  return {
    harness,
    present: (fqdn, value) => provider.present(txt(fqdn, value, zone), NEVER),
    cleanUp: (fqdn, value, receipt) => provider.cleanUp(txt(fqdn, value, zone), receipt, NEVER),
  };
}

function txt(fqdn: string, value: string, zone: string): TxtRecord {
  return { fqdn, value, zone, ttlSeconds: 60 };
}

/** A service may take a moment: this waits for it. */
async function published(harness: DnsProviderHarness, fqdn: string, values: readonly string[]): Promise<void> {
  await expect.poll(async () => [...(await harness.published(fqdn))].sort(), { timeout: 5000 }).toEqual(values);
}

async function failureOf(outcome: Promise<unknown>): Promise<AppError> {
  const err = await outcome.then(
    () => expect.fail('It succeeded.'),
    (reason: unknown) => reason,
  );
  if (!(err instanceof AppError)) throw err;
  return err;
}

/** Everything a log or an API answer could show of the failures. */
function wordsOf(failures: readonly AppError[]): string {
  return failures.map((err) => `${JSON.stringify(err.toFailure())}\n${err.stack}\n${String(err.cause)}`).join('\n');
}
