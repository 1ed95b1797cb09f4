import { Router } from 'express';
import { eventScope } from '../access/visibility.ts';
import type { App } from '../app.ts';
import type { AccessEvent } from '../store/access-events.ts';
import type { DomainEvent, StoredEvent } from '../store/events.ts';
import type { Store } from '../store/store.ts';
import { activitySentence, awaitedBy } from './activity-words.ts';
import * as contract from './contract/lists.ts';
import { authorityOf, needs } from './guard.ts';

/** The event log backwards, page by page, with a sentence for each. */
export function activityRouter({ store }: App): Router {
  const router = Router();
  router.get('/', needs('viewer'), async (req, res) => {
    const { kind, ...query } = contract.activityListQuery.parse(req.query);
    const scope = await eventScope(store, authorityOf(res));
    const events = await store.events.page({ ...query, ...scope, types: kind && TYPES[kind] });
    res.json((await described(store, events)) satisfies readonly contract.ActivityItem[]);
  });
  return router;
}

const ACCESS: Readonly<Record<AccessEvent['type'], true>> = {
  'access.set-up': true,
  'access.login': true,
  'access.login-failed': true,
  'access.locked': true,
  'access.logout': true,
  'access.sessions-ended': true,
  'access.user-created': true,
  'access.user-changed': true,
  'access.user-removed': true,
  'access.password-changed': true,
  'access.second-factor': true,
  'access.token-created': true,
  'access.token-rotated': true,
  'access.token-revoked': true,
  'access.settings-changed': true,
  'access.secrets-exported': true,
};

const TYPES: Readonly<Record<contract.ActivityKind, readonly DomainEvent['type'][]>> = {
  connections: ['connection.created', 'connection.changed', 'connection.removed'],
  renewals: ['renewal.started', 'renewal.committed', 'renewal.finished', 'renewal.cancelling'],
  failures: ['step.failed'],
  people: ['step.held', 'step.released', 'renewal.cancelling', 'certificate.revoked', 'certificate.key-downloaded'],
  watch: [
    'watch.unreachable',
    'watch.reachable',
    'watch.expiring',
    'watch.deviates',
    'watch.restored',
    'watch.cured',
    'watch.stuck',
    'watch.freed',
    'watch.quarantined',
  ],
  installation: [
    'account.created',
    'account.changed',
    'account.removed',
    'calendar.created',
    'calendar.changed',
    'calendar.removed',
    'calendar.stale',
    'calendar.fresh',
    'notice.failed',
    'schedule.missed',
    'schedule.stalled',
    'schedule.resumed',
    'backup.made',
    'backup.failed',
  ],
  // Every type of access is a key.
  access: Object.keys(ACCESS) as readonly AccessEvent['type'][],
};

async function described(store: Store, events: readonly StoredEvent[]): Promise<contract.ActivityItem[]> {
  const renewalIds = events.flatMap(({ event }) => ('renewalId' in event ? [event.renewalId] : []));
  const ofRenewal = await store.renewals.connectionsOf([...new Set(renewalIds)]);
  const connectionOf = (event: DomainEvent) => {
    if ('connectionId' in event) return event.connectionId;
    return 'renewalId' in event ? ofRenewal.get(event.renewalId) : undefined;
  };
  const ids = events.flatMap(({ event }) => connectionOf(event) ?? []);
  const names = await store.overview.names([...new Set(ids)]);
  return events.map(({ seq, at, event }) => {
    const id = connectionOf(event);
    const named = id === undefined ? undefined : names.get(id);
    return {
      seq,
      at,
      type: event.type,
      sentence: activitySentence(event),
      until: awaitedBy(event),
      connection: id === undefined || !named ? null : { id, ...named },
      renewalId: 'renewalId' in event ? event.renewalId : null,
    };
  });
}
