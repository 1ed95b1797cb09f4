import type { App } from '../app.ts';
import { type KeptCertificate, standingOf } from '../certificates/status.ts';
import { digester } from '../overview/digest.ts';
import type { Connection, Store } from '../store/store.ts';
import type { KeptCertificateView } from './contract/certificates.ts';

/** How a certificate that is kept for download stands. */
export async function keptView(
  { store, clock, explain }: Pick<App, 'store' | 'clock' | 'explain'>,
  connection: Connection,
): Promise<KeptCertificateView> {
  const { id, version, name, dnsNames, ownerId, policy, createdAt } = connection;
  const [renewal] = await store.renewals.list({ connectionId: id, limit: 1 });
  const certificate = await lastOf(store, id);
  const standing = standingOf(renewal, certificate, clock.now());
  const { sentence } = await explain(connection);
  const watch = await store.watches.get(id);
  return {
    ...standing,
    ...{ id, version, name, names: dnsNames, ownerId, automatic: policy.automatic, createdAt, sentence, certificate },
    nextTry: watch && renewal?.finishedAt !== null ? (digester.watch(watch)?.next?.at ?? null) : null,
    renewalId: renewal?.id ?? null,
  };
}

async function lastOf({ issuances, revocations }: Store, connectionId: number): Promise<KeptCertificate | null> {
  const last = await issuances.last(connectionId);
  if (!last) return null;
  const { sha256: _, ...revoked } = (await revocations.get(last.certificate.sha256)) ?? { sha256: null };
  return { ...last.certificate, revoked: 'at' in revoked ? revoked : null };
}
