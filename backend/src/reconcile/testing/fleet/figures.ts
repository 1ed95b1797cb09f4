import type { StoredEvent } from '../../../store/events.ts';
import type { Member } from './members.ts';

const DAY_MS = 86_400_000;

/** A certificate that was served until after its end. */
export interface Expiry {
  readonly connection: string;
  /** ISO 8601 */
  readonly at: string;
  readonly days: number;
  /** Nobody but a person could have helped; or null: the schedule is to blame. */
  readonly excuse: string | null;
}

/** What a run came to. */
export interface Figures {
  readonly connections: number;
  readonly days: number;
  readonly looks: number;
  readonly renewals: number;
  readonly certificates: number;
  readonly exemptOrders: number;
  readonly restarts: number;
  /** By class and code. */
  readonly failures: Readonly<Record<string, number>>;
  readonly outcomes: Readonly<Record<string, number>>;
  /** By lifetime in days: the least that was ever left in what was served, in days, where nobody had to help. */
  readonly shortestLeft: Readonly<Record<string, number>>;
  readonly expiries: readonly Expiry[];
  readonly limitsExceeded: readonly string[];
  readonly duplicates: readonly string[];
  readonly quarantines: number;
  /** By a judge that shares nothing with the product. */
  readonly outsideWindow: readonly string[];
  /** Restarts of nodes whose policy names a calendar. */
  readonly inWindow: number;
  readonly inEmergency: number;
  /** Of them, by the day and the zone, those in nights in which the clock leaps. */
  readonly nightsOfChange: Readonly<Record<string, number>>;
  readonly busiestHour: { readonly at: string; readonly renewals: number };
  readonly cpuSeconds: number;
}

/** Keeps count while a fleet lives. */
export class Counters {
  looks = 0;
  restarts = 0;
  renewals = 0;
  readonly failures: Record<string, number> = {};
  readonly outcomes: Record<string, number> = {};
  readonly shortestLeft: Record<string, number> = {};
  readonly expiries: Expiry[] = [];
  readonly #hours = new Map<number, number>();

  began(at: number): void {
    this.renewals += 1;
    const hour = Math.floor(at / 3_600_000);
    this.#hours.set(hour, (this.#hours.get(hour) ?? 0) + 1);
  }

  ended(outcome: string, code: string | null): void {
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
    if (code !== null) this.failures[code] = (this.failures[code] ?? 0) + 1;
  }

  /** What a node serves is replaced, or looked at for the last time. */
  replaced(member: Member, notAfter: string, now: number): void {
    const left = (Date.parse(notAfter) - now) / DAY_MS;
    const { lifeDays, dnsNames } = member.plan;
    if (left < 0) {
      const excuse = member.neededPerson ? 'a person had to act' : null;
      this.expiries.push({
        connection: `${dnsNames[0]} (${lifeDays} days)`,
        at: notAfter,
        days: Math.round(-left * 10) / 10,
        excuse,
      });
    }
    if (member.neededPerson) return;
    const known = this.shortestLeft[lifeDays] ?? Number.POSITIVE_INFINITY;
    this.shortestLeft[lifeDays] = Math.min(known, Math.round(left * 100) / 100);
  }

  get busiestHour(): Figures['busiestHour'] {
    const [hour = 0, renewals = 0] = [...this.#hours].reduce((most, one) => (one[1] > most[1] ? one : most), [0, 0]);
    return { at: new Date(hour * 3_600_000).toISOString().slice(0, 13), renewals };
  }
}

export function quarantinesIn(log: readonly StoredEvent[]): number {
  return log.filter(({ event }) => event.type === 'watch.quarantined').length;
}

/** What must not happen to a fleet, whatever goes wrong around it. Empty when all is well. */
export function problemsIn(figures: Figures): readonly string[] {
  const { expiries, limitsExceeded, duplicates, outsideWindow } = figures;
  const named = (what: string, list: readonly string[]) => list.map((one) => `${what}: ${one}`);
  return [
    ...named('Expired while nobody else had to act', expiries.filter(({ excuse }) => excuse === null).map(expiryWords)),
    ...named('A limit of the CA was exceeded', limitsExceeded),
    ...named('A certificate that nobody needed', duplicates),
    ...named('Outside of a window', outsideWindow),
  ];
}

function expiryWords({ connection, at, days, excuse }: Expiry): string {
  return `${connection} ended ${at}, ${days} days late${excuse === null ? '' : `: ${excuse}`}`;
}

/** For people, one figure on a line. */
export function printed(figures: Figures): string {
  const { expiries, limitsExceeded, duplicates, outsideWindow, busiestHour } = figures;
  const pairs = (record: Readonly<Record<string, number>>) =>
    Object.entries(record)
      .sort((a, b) => b[1] - a[1])
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  const lines: readonly (readonly [string, string | number])[] = [
    ['Connections', `${figures.connections}, ${figures.days} days`],
    ['Looks', figures.looks],
    ['Renewals begun', figures.renewals],
    ['Outcomes', pairs(figures.outcomes)],
    ['Failures', pairs(figures.failures)],
    ['Certificates', `${figures.certificates} (${figures.exemptOrders} exempt as the CA asked for them)`],
    ['Restarts of nodes', figures.restarts],
    [
      'Least life left, in days',
      Object.entries(figures.shortestLeft)
        .map(([life, left]) => `${left} of ${life}`)
        .join(', '),
    ],
    ['Expiries served', expiries.filter(({ excuse }) => excuse === null).length],
    ['Expiries while a person had to act', expiries.filter(({ excuse }) => excuse !== null).length],
    ['Limits exceeded', limitsExceeded.length],
    ['Duplicate certificates', duplicates.length],
    ['Quarantines', figures.quarantines],
    ['Restarts in their window', `${figures.inWindow}, and ${figures.inEmergency} in an emergency`],
    ['Of them in nights of a clock change', pairs(figures.nightsOfChange)],
    ['Begun or restarted outside of a window', outsideWindow.length],
    ['Busiest hour', `${busiestHour.renewals} renewals at ${busiestHour.at}`],
    ['CPU', `${figures.cpuSeconds} s`],
  ];
  const excused = expiries.filter(({ excuse }) => excuse !== null).map((one) => `  ${expiryWords(one)}`);
  return [...lines.map(([what, value]) => `${`${what}:`.padEnd(40)}${value}`), ...excused].join('\n');
}
