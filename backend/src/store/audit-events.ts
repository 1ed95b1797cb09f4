import type { AccessEvent } from './access-events.ts';
import type { AuditEntry } from './audit.ts';
import type { DomainEvent } from './events.ts';
import type { JsonObject } from './store.ts';

/** Types of events that leave a row in the audit. */
export type AuditedEvent =
  | AccessEvent['type']
  | `${'connection' | 'account' | 'calendar'}.${'created' | 'changed' | 'removed'}`
  | 'renewal.started';

/** What an event means for the audit; null for what no person did. */
export function auditOf(event: DomainEvent): Pick<AuditEntry, 'subject' | 'outcome' | 'detail'> | null {
  const subject = subjectOf(event);
  if (subject === undefined) return null;
  const { actor: _, ...rest } = event as DomainEvent & { readonly actor?: string | null };
  const refused = event.type === 'access.login-failed' || event.type === 'access.locked';
  // Events are plain JSON by contract.
  return { subject, outcome: refused ? 'refused' : 'done', detail: { event: rest as unknown as JsonObject } };
}

/** Whoever an event names, or would name; `schedule` for what the daemon began by itself. */
export function actorOf(event: DomainEvent): string | null {
  if ('actor' in event && event.actor !== undefined) return event.actor;
  return event.type === 'renewal.started' ? event.by : null;
}

/** With the person whose request it is, where the event has room for one and none is named yet. */
export function withActor(event: DomainEvent, actor: string | null): DomainEvent {
  if (actor === null || 'actor' in event) return event;
  return /^(connection|account|calendar)\.(created|changed|removed)$/.test(event.type)
    ? ({ ...event, actor } as DomainEvent)
    : event;
}

/** Undefined for what is not audited. */
function subjectOf(event: DomainEvent): string | null | undefined {
  switch (event.type) {
    case 'connection.created':
    case 'connection.changed':
    case 'connection.removed':
      return `connection ${event.connectionId}`;
    case 'certificate.key-downloaded':
    case 'certificate.revoked':
      return `certificate ${event.sha256}`;
    case 'account.created':
    case 'account.changed':
    case 'account.removed':
      return `${event.family === 'issuer' ? 'certificate authority' : 'DNS account'} "${event.name}"`;
    case 'calendar.created':
    case 'calendar.changed':
    case 'calendar.removed':
      return `calendar "${event.name}"`;
    case 'renewal.started':
      return `renewal ${event.renewalId}`;
    case 'access.token-created':
    case 'access.token-rotated':
    case 'access.token-revoked':
      return `API token "${event.name}"`;
    case 'access.secrets-exported':
      return 'installation';
    case 'access.settings-changed':
      return 'how people log in';
    case 'access.login':
    case 'access.login-failed':
    case 'access.locked':
    case 'access.logout':
      return event.actor === null ? null : `user ${event.actor}`;
    default:
      return event.type.startsWith('access.') && 'name' in event ? `user ${event.name}` : undefined;
  }
}
