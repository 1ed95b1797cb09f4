import { z } from 'zod';
import type { Failure } from '../domain/errors.ts';
import type { NoticeMessage } from '../domain/notice.ts';
import type { Secret } from '../domain/secret.ts';
import { redact } from '../plugins/redact.ts';
import type { Facts, ServedEndpoint } from '../renewal/facts.ts';
import { partsOf } from '../renewal/parts.ts';
import type { StoredEvent } from '../store/events.ts';
import type { RenewalRow, Store } from '../store/store.ts';
import type { RenewalSubject, Subject } from './messages.ts';

export interface SubjectDeps {
  /** ISO 8601; when certferry tries again by itself after the renewal that ended with the event, null when it does not. */
  readonly nextTry: (tx: Store, stored: StoredEvent) => Promise<string | null>;
  readonly publicUrl: string | null;
}

/** What is known of what an event is about. What was removed meanwhile is told by its number. */
export async function subjectOf(tx: Store, stored: StoredEvent, { nextTry, publicUrl }: SubjectDeps): Promise<Subject> {
  const { event } = stored;
  const row = 'renewalId' in event ? await tx.renewals.get(event.renewalId) : undefined;
  const connectionId = 'connectionId' in event ? event.connectionId : (row?.connectionId ?? null);
  if (connectionId === null) return { connection: null, renewal: null, nextTry: null, publicUrl };
  const connection = await tx.connections.get(connectionId);
  return {
    connection: {
      id: connectionId,
      name: connection?.name ?? `Connection ${connectionId}`,
      dnsNames: connection?.dnsNames ?? [],
      automatic: connection?.policy.automatic ?? true,
    },
    renewal: row ? renewalOf(row) : null,
    nextTry: event.type === 'renewal.finished' ? await nextTry(tx, stored) : null,
    publicUrl,
  };
}

/** Written by the machine of any version: only what is understood is used. */
const storedState = z.object({
  context: z.object({
    failure: z.custom<Failure>((value) => typeof value === 'object' && value !== null && 'code' in value).nullable(),
    failedStep: z.string().nullable(),
    committed: z.boolean(),
  }),
});

function renewalOf({ id, state, facts }: RenewalRow): RenewalSubject {
  const { context } = storedState.safeParse(state).data ?? {};
  return {
    id,
    failure: context?.failure ?? null,
    failedStep: context?.failedStep ?? null,
    committed: context?.committed ?? false,
    notAfter: firstEnd(facts as Partial<Facts>),
    ...((facts as Partial<Facts>).target?.goal === 'keep' && { keeps: true }),
  };
}

/** Of the certificates that the endpoints were last seen to serve, the end of the one that ends first. ISO 8601 */
export function firstEnd({ served, restored, aftermath, before }: Partial<Facts>): string | null {
  const last = restored?.served.length ? restored.served : served;
  const seen: readonly ServedEndpoint[] = aftermath ?? last ?? before ?? [];
  const ends = seen.flatMap(({ notAfter }) => (notAfter === null ? [] : [notAfter]));
  return ends.sort()[0] ?? null;
}

/**
 * The last net: whatever an appliance, a CA or a DNS service repeated of the secrets of this connection is taken out of the
 * message, even if its driver let it through.
 */
export async function withoutSecrets<M extends NoticeMessage>(tx: Store, message: M): Promise<M> {
  const connection = message.connection && (await tx.connections.get(message.connection.id));
  if (!connection) return message;
  const secrets: Secret[] = [];
  for (const part of partsOf(connection)) {
    const ref = 'account' in part ? (await tx.accounts.get(part.account))?.ref : part;
    const entry = ref && ref.credential !== null ? await tx.vault.get(ref.credential) : undefined;
    secrets.push(...Object.values(entry?.fields ?? {}));
  }
  const clean = (text: string) => redact(text, secrets);
  return {
    ...message,
    subject: clean(message.subject),
    title: clean(message.title),
    body: clean(message.body),
    facts: message.facts.map(({ label, value }) => ({ label, value: clean(value) })),
  };
}
