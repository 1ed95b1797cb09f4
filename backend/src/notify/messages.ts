import { ERRORS, type Failure } from '../domain/errors.ts';
import { type NoticeFact, type NoticeMessage, type ProblemKind, type Severity, worse } from '../domain/notice.ts';
import { count } from '../domain/words.ts';
import { isGood, titleOf } from '../renewal/sentences.ts';
import type { DomainEvent, RenewalOutcome, StoredEvent } from '../store/events.ts';
import { atMinute, dayOf } from './instants.ts';

/** What is known of the subject of an event when people are told of it. */
export interface Subject {
  readonly connection: ConnectionSubject | null;
  readonly renewal: RenewalSubject | null;
  /** ISO 8601; when certferry tries again by itself, null when it does not. */
  readonly nextTry: string | null;
  /** Without a slash at its end; null when nobody said. */
  readonly publicUrl: string | null;
}

export interface ConnectionSubject {
  readonly id: number;
  readonly name: string;
  readonly dnsNames: readonly string[];
  /** The schedule renews it; otherwise a person does. */
  readonly automatic: boolean;
}

export interface RenewalSubject {
  readonly id: string;
  readonly failure: Failure | null;
  readonly failedStep: string | null;
  /** Past the point of no return. */
  readonly committed: boolean;
  /** ISO 8601; of what was last seen served, null when nothing was seen. */
  readonly notAfter: string | null;
  /** Nothing is served: what it is issued is kept to be downloaded. */
  readonly keeps?: true;
}

/** A problem that an event tells of. */
export interface Problem {
  readonly message: NoticeMessage & { readonly kind: ProblemKind };
  /** The same state of the same key is not told twice. */
  readonly state: string;
  readonly notAfter: string | null;
  /** ISO 8601; it is over by itself then. */
  readonly endsAt: string | null;
  /** People are reminded of it while it lasts. */
  readonly reminds: boolean;
}

type Of<Type extends DomainEvent['type']> = Extract<DomainEvent, { readonly type: Type }>;

/** Milliseconds. A restart that waits for less is about to happen. */
const LONG_WAIT_MS = 15 * 60_000;
const DAY_MS = 86_400_000;

const FAILED_OUTCOMES: readonly RenewalOutcome[] = ['failed', 'installed-not-served', 'rolled-back'];

/** The problem that an event tells of; null when it tells of none. The only place where words for it are chosen. */
export function problemOf({ seq, at, event }: StoredEvent, subject: Subject): Problem | null {
  const common = { seq, at, subject };
  switch (event.type) {
    case 'renewal.finished':
      return FAILED_OUTCOMES.includes(event.outcome) ? failed(event, common) : null;
    case 'step.held':
      return held(event, common);
    case 'step.waiting':
      return waiting(event, common);
    case 'watch.unreachable':
      return problem(common, {
        kind: 'unreachable',
        severity: 'warning',
        title: `Unreachable since ${atMinute(event.since)}`,
        body: [event.message, 'What is served cannot be seen, and a renewal would fail.'],
        reminds: true,
      });
    case 'watch.expiring':
      return expiring(event, common);
    case 'watch.deviates':
      return problem(common, {
        kind: 'deviates',
        severity: 'warning',
        title: 'Another certificate is served',
        body: [event.message, 'Somebody replaced it, or a node went back to an older one. Look at what is served.'],
        reminds: true,
      });
    case 'watch.stuck':
      return problem(common, {
        kind: 'stuck',
        severity: 'warning',
        title: 'Due, and left to a person',
        body: [event.message],
        reminds: true,
      });
    case 'watch.quarantined':
      return quarantined(event, common);
    case 'notice.failed':
      return undelivered(event, common);
    case 'calendar.stale':
      return outOfDate(event, common);
    case 'schedule.missed':
    case 'schedule.stalled':
      return stopped(event, common);
    case 'backup.failed':
      return unsaved(event, common);
    case 'access.secrets-exported':
      return secretsLeft(common, {
        severity: 'warning',
        title: 'Stored secrets were exported',
        body: `${event.actor} took all connections out with their passwords and keys, encrypted with a passphrase.`,
      });
    case 'certificate.key-downloaded':
      return secretsLeft(common, {
        severity: 'info',
        title: 'A private key was downloaded',
        body: `${event.actor} downloaded the private key of the certificate ${event.sha256}.`,
      });
    default:
      return null;
  }
}

/** That a problem is over; `over` is the worst of those that are. */
export function recoveryOf(
  { seq, at, event }: StoredEvent,
  over: { readonly kind: ProblemKind; readonly key: string; readonly since: string; readonly title: string },
  { connection, renewal, publicUrl }: Subject,
): NoticeMessage {
  const title = recoveredTitle(event, over.kind);
  return {
    id: `event-${seq}`,
    key: over.key,
    kind: 'recovered',
    severity: 'info',
    subject: subjectLine(title, connection),
    title,
    body: `${ended(event)}\n\n"${over.title}" began ${atMinute(over.since)} and is over.`,
    facts: factsOf(connection, renewal, []),
    link: linkOf(publicUrl, connection, renewal),
    connection: connection && { id: connection.id, name: connection.name },
    at,
    recoverOf: { kind: over.kind, since: over.since },
  };
}

/** That a renewal went well while nothing was the matter. */
export function successOf({ seq, at, event }: StoredEvent, subject: Subject): NoticeMessage | null {
  if (event.type !== 'renewal.finished' || !isGood(event.outcome)) return null;
  const { connection, renewal, publicUrl } = subject;
  return {
    id: `event-${seq}`,
    key: keyOf(connection, 'renewed'),
    kind: 'renewed',
    severity: 'info',
    subject: subjectLine('Renewed', connection),
    title: 'Renewed',
    body: sentence(event.message),
    facts: factsOf(connection, renewal, []),
    link: linkOf(publicUrl, connection, renewal),
    connection: connection && { id: connection.id, name: connection.name },
    at,
    recoverOf: null,
  };
}

/** More important the nearer the end of what is served comes. */
export function raised(severity: Severity, notAfter: string | null, now: Date): Severity {
  if (notAfter === null) return severity;
  const days = (Date.parse(notAfter) - now.getTime()) / DAY_MS;
  if (days <= 3) return 'critical';
  return days <= 14 ? worse(severity, 'warning') : severity;
}

/** `connection:3/failed`, `daemon/schedule` */
export function keyOf(connection: { readonly id: number } | null, kind: string): string {
  return connection ? `connection:${connection.id}/${kind}` : `daemon/${kind}`;
}

export function calendarKey(calendarId: number): string {
  return `calendar:${calendarId}/out-of-date`;
}

interface Common {
  readonly seq: number;
  readonly at: string;
  readonly subject: Subject;
}

interface Words {
  readonly kind: ProblemKind;
  readonly severity: Severity;
  readonly title: string;
  /** A paragraph each; empty ones are left out. */
  readonly body: readonly string[];
  readonly key?: string;
  readonly state?: string;
  readonly facts?: readonly NoticeFact[];
  readonly notAfter?: string | null;
  readonly endsAt?: string | null;
  readonly reminds?: boolean;
}

function problem({ seq, at, subject }: Common, words: Words): Problem {
  const { connection, renewal, publicUrl } = subject;
  const notAfter = words.notAfter ?? renewal?.notAfter ?? null;
  return {
    message: {
      id: `event-${seq}`,
      key: words.key ?? keyOf(connection, words.kind),
      kind: words.kind,
      severity: raised(words.severity, notAfter, new Date(at)),
      subject: subjectLine(words.title, connection),
      title: words.title,
      body: words.body
        .filter((text) => text !== '')
        .map(sentence)
        .join('\n\n'),
      facts: factsOf(connection, renewal, words.facts ?? [], notAfter),
      link: linkOf(publicUrl, connection, renewal),
      connection: connection && { id: connection.id, name: connection.name },
      at,
      recoverOf: null,
    },
    state: words.state ?? words.kind,
    notAfter,
    endsAt: words.endsAt ?? null,
    reminds: words.reminds ?? false,
  };
}

function failed(event: Of<'renewal.finished'>, common: Common): Problem {
  const { renewal, nextTry } = common.subject;
  const effect = renewal?.keeps ? 'not-kept' : effectOf(event);
  const { title, severity } = FAILURES[effect];
  const code = renewal?.failure?.code ?? null;
  return problem(common, {
    kind: 'failed',
    severity: effect === 'unseen' && renewal?.committed ? 'critical' : severity,
    title,
    body: [
      event.message,
      code === null ? '' : ERRORS[code].action,
      nextTry === null
        ? 'certferry does not try again by itself. Start another renewal when the cause is mended.'
        : `certferry tries again by itself at ${atMinute(nextTry)}.`,
    ],
    state: nextTry === null ? `${effect}${FINAL}` : effect,
    facts: [
      ...(renewal?.failedStep ? [{ label: 'Step', value: titleOf(renewal.failedStep) }] : []),
      ...(code === null ? [] : [{ label: 'Error', value: code }]),
      ...(renewal?.keeps ? [] : [{ label: 'Old certificate still served', value: stillServed(event) }]),
      { label: 'Next try', value: nextTry === null ? 'none' : atMinute(nextTry) },
    ],
    reminds: true,
  });
}

/** Ends the state of a failure after which only a person goes on. */
const FINAL = ', left to a person';

/** Whether a failure is no longer tried again, which it was as `before` says. */
export function becameFinal(before: Pick<Problem, 'state'>, now: Pick<Problem, 'state'>): boolean {
  return now.state.endsWith(FINAL) && !before.state.endsWith(FINAL);
}

/** The message of a failure that was told before, when certferry tried again by itself. */
export function leftToPerson(message: NoticeMessage): NoticeMessage {
  return { ...message, subject: `Now a person is needed: ${message.subject}` };
}

type Effect = 'intact' | 'affected' | 'unseen' | 'not-served' | 'put-back' | 'not-kept';

function effectOf({ outcome, oldStillServed }: Of<'renewal.finished'>): Exclude<Effect, 'not-kept'> {
  if (outcome === 'installed-not-served') return 'not-served';
  if (outcome === 'rolled-back') return 'put-back';
  if (oldStillServed === null) return 'unseen';
  return oldStillServed ? 'intact' : 'affected';
}

const FAILURES: Readonly<Record<Effect, { readonly title: string; readonly severity: Severity }>> = {
  intact: { title: 'Failed, service intact', severity: 'warning' },
  'put-back': { title: 'Failed, old certificate put back', severity: 'warning' },
  unseen: { title: 'Failed, service not seen', severity: 'warning' },
  'not-served': { title: 'Installed, but not served', severity: 'critical' },
  affected: { title: 'Failed, service affected', severity: 'critical' },
  'not-kept': { title: 'No new certificate', severity: 'warning' },
};

function stillServed({ oldStillServed }: Of<'renewal.finished'>): string {
  return STILL_SERVED[String(oldStillServed)] ?? 'not known';
}

const STILL_SERVED: Readonly<Record<string, string>> = { true: 'yes', false: 'no', null: 'not known' };

function held(event: Of<'step.held'>, common: Common): Problem {
  const isRestart = event.step === 'activate';
  return problem(common, {
    kind: isRestart ? 'restart-pending' : 'held',
    severity: 'warning',
    title: isRestart ? 'Restart pending: waits for you' : 'Waits for you',
    body: [
      event.ask,
      event.confirm === null ? '' : `To go on, type: ${event.confirm}`,
      common.subject.renewal ? `Say so in the web interface, or: certferry resume ${common.subject.renewal.id}` : '',
    ],
    key: keyOf(common.subject.connection, 'held'),
    // A second question of the same renewal is another matter; the same question after a crash is not.
    state: `${common.subject.renewal?.id} ${event.step} ${event.ask}`,
    facts: [
      { label: 'Step', value: titleOf(event.step) },
      ...(event.until ? [{ label: 'Until', value: atMinute(event.until) }] : []),
    ],
    reminds: true,
  });
}

function waiting(event: Of<'step.waiting'>, common: Common): Problem | null {
  if (event.step !== 'activate' || Date.parse(event.until) - Date.parse(common.at) < LONG_WAIT_MS) return null;
  return problem(common, {
    kind: 'restart-pending',
    severity: 'info',
    title: 'Restart pending',
    body: ['The new certificate is installed and not served yet.', event.why],
    key: keyOf(common.subject.connection, 'restart'),
    state: `${common.subject.renewal?.id}`,
    facts: [{ label: 'Restart', value: atMinute(event.until) }],
  });
}

function expiring(event: Of<'watch.expiring'>, common: Common): Problem {
  const { threshold, notAfter } = event;
  const isManual = common.subject.connection?.automatic === false;
  const severity = threshold === 30 && !isManual ? 'info' : 'warning';
  const title = threshold === 0 ? 'Expired' : `Expires in less than ${count(threshold, 'day')}`;
  return problem(common, {
    kind: 'expiring',
    severity: threshold <= 3 ? 'critical' : severity,
    title,
    body: [
      event.message,
      threshold === 0 ? 'Clients that check certificates refuse to connect.' : '',
      isManual ? 'Automatic renewal is off: a person renews this one.' : '',
    ],
    state: `${notAfter} ${threshold}`,
    notAfter,
    reminds: threshold === 0,
  });
}

function undelivered(event: Of<'notice.failed'>, common: Common): Problem {
  const { code, message } = event.failure;
  return problem(common, {
    kind: 'undelivered',
    severity: 'warning',
    title: `${event.name} does not deliver`,
    body: [`"${event.subject}" could not be delivered over ${event.name}.`, message, ERRORS[code].action],
    key: `notifier:${event.notifierId}/undelivered`,
    facts: [{ label: 'Error', value: code }],
  });
}

function stopped(event: Of<'schedule.missed'> | Of<'schedule.stalled'>, common: Common): Problem {
  const since = `The schedule of certferry has not run since ${atMinute(event.since)}`;
  if (event.type === 'schedule.stalled') {
    return problem(common, {
      kind: 'schedule',
      severity: 'critical',
      title: 'The schedule does not run',
      state: 'stalled',
      body: [since, 'Nothing is looked at or renewed by itself. Look at the log of the daemon, and start it again.'],
      reminds: true,
    });
  }
  return problem(common, {
    kind: 'schedule',
    severity: 'warning',
    title: 'The schedule did not run',
    state: `missed ${event.since}`,
    body: [`${since}; it runs again since ${atMinute(event.until)}`, 'What became due meanwhile is caught up now.'],
    // Told of when it is over already.
    endsAt: event.until,
  });
}

/** Nothing ends it, and nobody can undo it: it is told once. */
function secretsLeft(common: Common, words: { severity: Severity; title: string; body: string }): Problem {
  return problem(common, {
    kind: 'secrets-left',
    severity: words.severity,
    title: words.title,
    body: [words.body, 'If nobody of you did, change what was taken, and look at the audit.'],
    state: `event ${common.seq}`,
    endsAt: common.at,
  });
}

function outOfDate(event: Extract<DomainEvent, { readonly type: 'calendar.stale' }>, common: Common): Problem {
  return problem(common, {
    kind: 'calendar',
    severity: 'warning',
    title: `Calendar "${event.name}" is out of date`,
    body: [
      event.message,
      'A freeze that was entered there since is not known here. Look at the address, or add the freeze by hand.',
    ],
    key: calendarKey(event.calendarId),
    reminds: true,
  });
}

function quarantined({ message, until }: Of<'watch.quarantined'>, common: Common): Problem {
  return problem(common, {
    kind: 'quarantined',
    severity: 'critical',
    title: 'Renewals are stopped for a while',
    body: [message, `No certificate is asked for before ${atMinute(until)}, so that the CA does not shut us out.`],
    facts: [{ label: 'Until', value: atMinute(until) }],
    endsAt: until,
  });
}

function unsaved({ message }: Of<'backup.failed'>, common: Common): Problem {
  return problem(common, {
    kind: 'backup',
    severity: 'warning',
    title: 'The backup failed',
    body: [message, 'Until one succeeds, what changed since the last archive would be lost with the disk.'],
    reminds: true,
  });
}

const RECOVERED: Readonly<Record<ProblemKind, string>> = {
  failed: 'Served again as wanted',
  held: 'Goes on',
  'restart-pending': 'Restarted and served',
  expiring: 'Renewed in time',
  unreachable: 'Reachable again',
  deviates: 'The wanted certificate is served again',
  stuck: 'The schedule goes on by itself',
  quarantined: 'Renewals run again',
  undelivered: 'Delivers again',
  schedule: 'The schedule runs again',
  backup: 'Backups are made again',
  'secrets-left': 'Secrets were taken out',
  calendar: 'The calendar is up to date again',
};

function recoveredTitle(event: DomainEvent, kind: ProblemKind): string {
  if (event.type === 'watch.cured') return 'A good certificate is served again';
  return event.type === 'calendar.fresh' ? `Calendar "${event.name}" is up to date again` : RECOVERED[kind];
}

function ended(event: DomainEvent): string {
  switch (event.type) {
    case 'renewal.finished':
      return sentence(event.message);
    case 'watch.reachable':
      return 'Every endpoint answers again.';
    case 'watch.restored':
      return 'Every endpoint serves the wanted certificate again.';
    case 'watch.cured':
      return 'Every endpoint serves a good certificate, which no renewal of certferry put there.';
    case 'watch.freed':
      return 'Nobody has to do anything: the schedule goes on by itself.';
    case 'calendar.fresh':
      return `Nothing is wrong with the iCalendar address of "${event.name}" any more.`;
    case 'backup.made':
      return `${event.name} was made and read back.`;
    case 'schedule.resumed':
      return 'What became due meanwhile is caught up now.';
    default:
      return 'It is over.';
  }
}

function factsOf(
  connection: Subject['connection'],
  renewal: RenewalSubject | null,
  more: readonly NoticeFact[],
  notAfter: string | null = renewal?.notAfter ?? null,
): readonly NoticeFact[] {
  return [
    ...(connection ? [{ label: 'Connection', value: connection.name }] : []),
    ...(connection && connection.dnsNames.length > 0 ? [{ label: 'Names', value: namesOf(connection.dnsNames) }] : []),
    ...more,
    ...(notAfter === null ? [] : [{ label: 'Served certificate ends', value: dayOf(notAfter) }]),
    ...(renewal ? [{ label: 'Renewal', value: renewal.id }] : []),
  ];
}

const SHOWN_NAMES = 5;

function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN_NAMES).join(', ');
  return names.length > SHOWN_NAMES ? `${shown} and ${names.length - SHOWN_NAMES} more` : shown;
}

function linkOf(publicUrl: string | null, connection: Subject['connection'], renewal: RenewalSubject | null) {
  if (publicUrl === null) return null;
  if (renewal) return `${publicUrl}/renewals/${encodeURIComponent(renewal.id)}`;
  return connection ? `${publicUrl}/connections/${connection.id}` : `${publicUrl}/`;
}

function subjectLine(title: string, connection: Subject['connection']): string {
  return (connection ? `${title}: ${connection.name}` : title).replaceAll(/[\r\n]+/g, ' ');
}

function sentence(text: string): string {
  return /[.!?:]$|: \S+$/.test(text) ? text : `${text}.`;
}
