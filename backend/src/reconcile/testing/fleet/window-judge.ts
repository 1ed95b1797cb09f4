import type { CertificateFacts } from '../../../domain/certificate.ts';
import { CALENDARS } from './calendars.ts';
import type { Member } from './members.ts';
import { isEmergency, leaps, WallClock } from './wall-clock.ts';

const DAY_MS = 86_400_000;

/** Counts what was begun while a calendar allowed it, and lists what was not. */
export class WindowJudge {
  readonly #clocks = new Map<number, WallClock>();
  /** Outside of a window or within a freeze, without an emergency. */
  readonly faults: string[] = [];
  /** Restarts of nodes that had to be in a window, and were. */
  inWindow = 0;
  /** Restarts of nodes outside of their window, as so little life was left. */
  inEmergency = 0;
  /** Of restarts in a window. */
  readonly #restarts: { readonly zone: string; readonly at: number }[] = [];

  renewalBegan({ connection: { policy, name } }: Member, first: CertificateFacts, at: number): void {
    if (policy.renewalCalendar === null || this.#isOpen(policy.renewalCalendar, at)) return;
    if (isEmergency(policy.emergency, first.notAfter, at)) return;
    this.faults.push(`${new Date(at).toISOString()} the renewal of ${name}`);
  }

  /** `first`: what ends first of what its nodes serve. Every node takes less time than any opening is long. */
  nodeRestarted(
    member: Member,
    first: CertificateFacts,
    { at, end }: { readonly at: number; readonly end: number },
  ): void {
    const { policy, name } = member.connection;
    const calendar = policy.restartCalendar;
    if (calendar === null) return;
    if (this.#isOpen(calendar, at) && this.#isOpen(calendar, end - 1)) {
      this.inWindow += 1;
      this.#restarts.push({ zone: this.#clockOf(calendar).zone, at });
    } else if (isEmergency(policy.emergency, first.notAfter, at)) this.inEmergency += 1;
    else this.faults.push(`${new Date(at).toISOString()} a restart of ${name}`);
  }

  /** Restarts in windows within half a day of a change of their clock, by the day of the change: `2027-03-28 Europe/Berlin`. */
  nightsOfChange(from: number, to: number): Readonly<Record<string, number>> {
    const zones = [...new Set(Object.values(CALENDARS).map(({ zone }) => zone))];
    const nights = zones.flatMap((zone) => leaps(zone, from, to).map((leap) => ({ zone, leap })));
    return Object.fromEntries(
      nights.map(({ zone, leap }) => {
        const near = this.#restarts.filter((one) => one.zone === zone && Math.abs(one.at - leap) < DAY_MS / 2);
        return [`${new Date(leap).toISOString().slice(0, 10)} ${zone}`, near.length];
      }),
    );
  }

  #isOpen(calendar: number, at: number): boolean {
    const rules = CALENDARS[calendar];
    return rules !== undefined && this.#clockOf(calendar).isOpen(rules, at);
  }

  #clockOf(calendar: number): WallClock {
    const known = this.#clocks.get(calendar) ?? new WallClock(CALENDARS[calendar]?.zone ?? 'UTC');
    this.#clocks.set(calendar, known);
    return known;
  }
}
