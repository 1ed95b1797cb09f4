import { Fleet, type FleetStart } from './fleet.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const LOOK_MS = 6 * HOUR_MS;

/** Renewals that may begin within five minutes. */
const TOGETHER = 5;

/** What a daemon does first that was not running for a long time. */
export interface Awakening {
  readonly begun: number;
  /** Of them, those whose certificate had ended. */
  readonly expired: number;
  /** By hour. */
  readonly hours: readonly (readonly [hour: string, begun: number])[];
  /** Days over the end, in the order in which they were begun. */
  readonly daysOver: readonly number[];
  readonly problems: readonly string[];
}

/** A fleet of `connections` whose daemon is stopped for 40 days, and the half day after. */
export async function awaken(seed: string, connections: number): Promise<Awakening> {
  const fleet = new Fleet({ seed, connections, days: 0, lookEveryMs: LOOK_MS });
  await fleet.settle((lifeDays, chance) => chance.between(0.5, 1) * lifeDays);
  await fleet.run(0.5);
  const before = fleet.starts.length;
  const stopped = fleet.clock.now().getTime();
  fleet.stopFor(40 * DAY_MS);
  const back = fleet.clock.now().getTime() + 40 * DAY_MS;
  await fleet.run(40.5);
  const starts = fleet.starts.slice(before);
  const expired = starts.filter(({ left }) => left < 0);
  // Of what was renewed just before, the schedule knows what it saw last, and looks at that first.
  const renewed = fleet.starts.slice(0, before).filter(({ at }) => at > stopped - LOOK_MS);
  const unclear = new Set(renewed.map(({ member }) => member));
  // A renewal window may hold one up.
  const order = expired.filter(
    ({ member }) => member.connection.policy.renewalCalendar === null && !unclear.has(member),
  );
  return {
    begun: starts.length,
    expired: expired.length,
    hours: [...hoursOf(starts)],
    daysOver: order.map(({ left }) => Math.round(-left / DAY_MS)),
    problems: [...overtaken(order), ...crowded(starts), ...tooEarly(starts, back), ...notBegun(fleet, starts)],
  };
}

function hoursOf(starts: readonly FleetStart[]): ReadonlyMap<string, number> {
  const hours = new Map<string, number>();
  for (const { at } of starts) {
    const hour = new Date(at).toISOString().slice(0, 13);
    hours.set(hour, (hours.get(hour) ?? 0) + 1);
  }
  return hours;
}

/** Nobody goes before who has clearly less life left. */
function overtaken(order: readonly FleetStart[]): readonly string[] {
  return order
    .filter((one, at) => order.slice(at + 1).some(({ left }) => left < one.left - DAY_MS))
    .map(({ member }) => `${member.connection.name} went before one that ended days earlier`);
}

function crowded(starts: readonly FleetStart[]): readonly string[] {
  const crowds = starts.filter(
    ({ at }) => starts.filter((other) => other.at >= at && other.at < at + 5 * MINUTE_MS).length > TOGETHER,
  );
  return crowds.map(
    ({ at }) => `More than ${TOGETHER} renewals began within five minutes of ${new Date(at).toISOString()}`,
  );
}

function tooEarly(starts: readonly FleetStart[], back: number): readonly string[] {
  return starts
    .filter(({ at }) => at < back)
    .map(({ member }) => `${member.connection.name} was renewed while the daemon was stopped`);
}

/** Whoever may begin at any time, and whose certificate had ended, is begun within half a day, or waits for its CA. */
function notBegun(fleet: Fleet, starts: readonly FleetStart[]): readonly string[] {
  const begun = new Set(starts.map(({ member }) => member));
  const now = fleet.clock.now().getTime();
  return [...fleet.members.values()]
    .filter(({ connection, plan }) => connection.policy.renewalCalendar === null && plan.ca === 'company')
    .filter((member) => !begun.has(member) && member.nodes.some(({ served }) => Date.parse(served.notAfter) < now))
    .map(({ connection }) => `${connection.name} had expired, and was not begun`);
}

/** For people. */
export function awakeningWords({ begun, expired, hours, daysOver }: Awakening): string {
  const byHour = hours.map(([hour, count]) => `${hour}h ${count}`).join(', ');
  return `After 40 days without a daemon ${begun} renewals begun, ${expired} of them of what had expired: ${byHour}\nDays over the end, in their order: ${daysOver.join(' ')}`;
}
