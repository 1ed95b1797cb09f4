import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DnsProvider, TxtRecord } from '../../backend/src/dns/provider.ts';
import { type HttpExchange, startRecorder, startReplay } from '../support/http-tape.ts';

/** What a provider needs so that its requests can be recorded, and answered from the recording. */
export interface RecordedProvider<Service extends RecordedService> {
  /** Of the provider: the recording is `fixtures/renewal.json` in it. */
  readonly folder: string;
  /** The service, or the server that stands for it. */
  start(): Promise<Service>;
  /**
   * @param origin Where the service is reached: `http://127.0.0.1:8080`.
   * @param service Null where the recording answers.
   */
  provider(origin: string, service: Service | null, caPem: string | null): DnsProvider;
  /** None of them may be in the recording. */
  readonly secrets: readonly string[];
  readonly zone: string;
  /** Of the challenge; default: that of the zone's apex. */
  readonly fqdn?: string;
  /** True where the provider insists on TLS. */
  readonly tls?: boolean;
  /** What the service makes anew each time, beside UUIDs and instants: record ids, change ids, tokens. */
  readonly volatile?: readonly RegExp[];
  /** A real server, whose answers depend on its release: only the requests are compared. */
  readonly real?: {
    /** Why it cannot be started here; the recording is played nevertheless. */ readonly missing: string | null;
  };
}

export interface RecordedService extends AsyncDisposable {
  readonly url: string;
  /** Certificate of the service, where it speaks TLS. */
  readonly caPem?: string;
  /** Told the origin that the provider knows it by, where the service repeats that in what it says. */
  reachedAt?(origin: string): void;
}

const NEVER = new AbortController().signal;
/** As long as the values of a CA are. */
const [OF_THE_NAME, OF_THE_WILDCARD] = ['A'.repeat(43), 'B'.repeat(43)];

/**
 * Records what a provider and its service say to each other while the names `example.test` and `*.example.test` are proved,
 * and plays it back without the service. Records anew when the file is gone, with `-u` also over it; the difference is for the
 * reviewer.
 */
export function dnsProviderRecording<Service extends RecordedService>(
  name: string,
  options: RecordedProvider<Service>,
): void {
  const { folder, zone, fqdn = `_acme-challenge.${zone}`, volatile = [], tls = false, real } = options;
  const file = join(folder, 'fixtures/renewal.json');

  describe(`the recording of ${name}`, () => {
    let recorded: readonly HttpExchange[] | null = null;

    test.skipIf(real?.missing)(`is what is said today${real?.missing ? ` (${real.missing})` : ''}`, async () => {
      await using service = await options.start();
      await using recorder = await startRecorder(service, { volatile, tls });
      service.reachedAt?.(recorder.origin);

      await renewal(options.provider(recorder.origin, service, recorder.caPem), fqdn, zone);

      recorded = recorder.exchanges;
      const text = `${JSON.stringify(recorded, null, 2)}\n`;
      for (const secret of options.secrets) expect(text).not.toContain(secret);
      if (real && existsSync(file)) expect(requestsOf(recorded)).toEqual(requestsOf(await stored(file)));
      else await expect(text).toMatchFileSnapshot(file);
    });

    test('answers the provider without the service', async () => {
      await using replay = await startReplay(recorded ?? (await stored(file)), { volatile, tls });

      await renewal(options.provider(replay.origin, null, replay.caPem), fqdn, zone);

      expect(replay.unexpected).toEqual([]);
      expect(replay.unused).toEqual([]);
    });
  });
}

async function stored(file: string): Promise<readonly HttpExchange[]> {
  // Written by a test of this suite.
  return JSON.parse(await readFile(file, 'utf8')) as readonly HttpExchange[];
}

function requestsOf(exchanges: readonly HttpExchange[]) {
  return exchanges.map(({ request, headers, body }) => ({ request, headers, body }));
}

async function renewal(provider: DnsProvider, fqdn: string, zone: string): Promise<void> {
  const [apex, wildcard] = [OF_THE_NAME, OF_THE_WILDCARD].map((value): TxtRecord => {
    return { fqdn, value, zone, ttlSeconds: 60 };
  }) as [TxtRecord, TxtRecord];
  await provider.check(NEVER);
  const receipt = await provider.present(apex, NEVER);
  await provider.present(wildcard, NEVER);
  await provider.cleanUp(apex, receipt, NEVER);
  await provider.cleanUp(wildcard, null, NEVER);
}
