import { ERRORS } from '../domain/errors.ts';
import { byWhom, sentence, titleOf } from '../renewal/sentences.ts';
import type { DomainEvent } from '../store/events.ts';

/** What an event says beside the name of its connection: without ids, codes and instants. */
export function activitySentence(event: DomainEvent): string {
  switch (event.type) {
    case 'connection.created':
      return `Added${byWhom(event)}`;
    case 'connection.changed':
      return `Changed${byWhom(event)}`;
    case 'connection.removed':
      return `Removed${byWhom(event)}; its history stays`;
    case 'certificate.revoked':
      return `Certificate revoked by ${event.actor} (${event.reason})`;
    case 'certificate.key-downloaded':
      return `Private key downloaded by ${event.actor}`;
    case 'watch.reachable':
      return 'Every endpoint answers again';
    case 'watch.restored':
      return 'The wanted certificate is served again';
    case 'watch.cured':
      return 'A good certificate is served again, which no renewal put there';
    case 'watch.freed':
      return 'The schedule goes on by itself';
    case 'renewal.started':
      return `Renewal started by ${event.by === 'operator' ? (event.actor ?? 'an operator') : 'the schedule'}`;
    case 'step.waiting':
      return `${titleOf(event.step)}: ${event.why}`;
    case 'step.failed': {
      const next = event.retryAt === null ? '' : ', tries again';
      return `${titleOf(event.step)}: ${ERRORS[event.failure.code].title}${next}. ${event.failure.message}`;
    }
    default:
      return sentence(event);
  }
}

/** The instant that an event waits for, ISO 8601. */
export function awaitedBy(event: DomainEvent): string | null {
  if (event.type === 'step.waiting') return event.until;
  if (event.type === 'watch.quarantined') return event.until;
  return event.type === 'step.failed' ? event.retryAt : null;
}
