import { expect, test } from 'vitest';
import { TransportError } from '../../plugins/http.ts';
import { makeCertificate } from '../../plugins/testing/certificates.ts';
import type { ServedEndpoint } from '../facts.ts';
import { rollBack } from './roll-back.ts';

const NAMES = ['www.example.com'] as const;
const endpoint = (host: string) => ({ host, port: 443, serverName: NAMES[0] });

function seen(host: string, sha256: string | null): ServedEndpoint {
  return { endpoint: endpoint(host), sha256, notAfter: null, detail: sha256 === null ? 'refused' : null, at: '' };
}

/** A host behind two addresses; `serves`: SHA-256 by address, null for one that does not answer. */
async function farm() {
  const [old, fresh] = await Promise.all([
    makeCertificate({ commonName: NAMES[0], dnsNames: NAMES }),
    makeCertificate({ commonName: NAMES[0], dnsNames: NAMES }),
  ]);
  const serves: Record<string, string | null> = { a: fresh.sha256, b: null };
  const installed: string[] = [];
  let fallback = false;
  const ctx = {
    appliance: {
      key: { kinds: ['EC P-256'] },
      endpoints: async () => Object.keys(serves).map(endpoint),
      install: async (_slot: string, { leafPem }: { leafPem: string }) => {
        installed.push(leafPem);
        if (serves.a !== null) serves.a = old.sha256;
        return { changed: true, sha256: old.sha256 };
      },
    },
    dialer: {
      served: async ({ host }: { host: string }) => {
        const sha256 = serves[host];
        if (!sha256) throw new TransportError('refused', 'refused', false);
        return { sha256, leafPem: sha256 === old.sha256 ? old.certPem : fresh.certPem };
      },
    },
    clock: { now: () => new Date(), sleepUntil: async () => {} },
    keys: { find: async () => 'key' },
    chainOf: async () => ({ leafPem: old.certPem, intermediatesPem: [], rootPem: null }),
    originOf: async () => null,
    readyFallback: async () => (fallback ? {} : null),
    keep: async () => {},
    signal: new AbortController().signal,
  };
  const run = (before: readonly ServedEndpoint[], served: readonly ServedEndpoint[]) =>
    rollBack.run(
      {
        target: { slot: 'web', verifyPatienceSeconds: 1 },
        chain: { leafPem: fresh.certPem, intermediatesPem: [], rootPem: null },
        installed: null,
        before,
        served,
      } as never,
      ctx as never,
    );
  return {
    ...{ old, fresh, serves, installed, run, ctx },
    keepReady: () => {
      fallback = true;
    },
  };
}

test('an endpoint that was silent all along takes the new certificate from nobody', async () => {
  const { old, fresh, installed, run } = await farm();

  const outcome = await run([seen('a', old.sha256), seen('b', null)], [seen('a', fresh.sha256), seen('b', null)]);

  expect(outcome).toMatchObject({ kind: 'stop', why: expect.stringContaining('is not put back') });
  expect(installed).toEqual([]);
});

test('where one that answered does not serve it, the old one is back when those that answered before serve that', async () => {
  const { old, serves, installed, run } = await farm();
  serves.a = old.sha256;

  const outcome = await run([seen('a', old.sha256), seen('b', null)], [seen('a', old.sha256), seen('b', null)]);

  expect(outcome).toMatchObject({ kind: 'done', gives: { restored: { sha256: old.sha256, installed: true } } });
  expect(installed).toEqual([old.certPem]);
});

test('where nothing can be put back, a fallback certificate that is kept ready is named', async () => {
  const { old, run, ctx, keepReady } = await farm();
  keepReady();
  ctx.chainOf = async () => null as never;

  const outcome = await run([seen('a', old.sha256)], [seen('a', old.sha256)]);

  expect(outcome).toMatchObject({ kind: 'stop', why: expect.stringContaining('A fallback certificate is kept ready') });
});
