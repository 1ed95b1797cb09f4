import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Listening } from '../../backend/src/server.ts';
import { certferry } from '../support/command.ts';
import { Journey } from '../support/journey.ts';

describe('the plan of an installation', { timeout: 60_000 }, () => {
  let journey: Journey;
  let server: Listening;

  beforeAll(async () => {
    journey = await Journey.start();
    server = await journey.listen();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await journey[Symbol.asyncDispose]();
  });

  const plan = (...options: string[]) => certferry(journey.environment(server.url), 'plan', ...options);

  it('foresees nothing before something was seen, and says so', async () => {
    const { output } = await plan();

    expect(output).toContain('0 renewals and 0 restarts');
    expect(output).toContain('! Lab CUCM publisher: Nothing was seen served yet');
  });

  it('counts the renewals of a year from what the last one left, and the restarts of each', async () => {
    await journey.renew();

    const announced = await plan('--json');
    const short = await plan('--scenario', '47-days');

    const { connections, weeks } = JSON.parse(announced.output);
    expect(connections).toMatchObject([{ name: 'Lab CUCM publisher', breaks: false, problems: [] }]);
    expect(connections[0].renewals[0]).toMatchObject({ restarts: 1 });
    expect(weeks.length).toBeGreaterThanOrEqual(53);
    expect(short.output).toMatch(/\n {2}1 Lab CUCM publisher: \d+ renewals and \d+ restarts, the next on \d{4}-/);
    expect(short.output).toMatch(/^At most 47 days.*: \d+ renewals and \d+ restarts/);
  });

  it('shows each renewal of one connection with its restarts', async () => {
    const own = await plan('1');
    const { renewals } = JSON.parse((await plan('1', '--json')).output);

    const [title, ...lines] = own.output.trimEnd().split('\n');
    expect(title).toBe(
      `1 Lab CUCM publisher: ${renewals.length} renewals and ${renewals.length} restarts, the next on ${renewals[0].renewAt.slice(0, 10)}`,
    );
    expect(lines).toHaveLength(renewals.length);
    expect(lines[0]).toMatch(/^ {2}renewed \S+ \S+ UTC, 1 restart \S+ \S+ UTC; the one before ends \d{4}-\d\d-\d\d$/);
    await expect(plan('99')).rejects.toThrow('There is no connection 99.');
  });

  it('warns of a freeze that is longer than the life that is left', async () => {
    const { app, connection } = journey;
    const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
    const { id: restartCalendar } = await app.calendars.add(
      {
        name: 'Nights',
        zone: 'Europe/Berlin',
        openings: [{ days: ['tue'], start: '02:00', minutes: 120 }],
        freezes: [{ from: day(10), to: day(200), reason: 'Move to the new data centre' }],
        iCalendar: null,
      },
      AbortSignal.timeout(10_000),
    );
    const stored = await app.store.connections.get(connection.id);
    if (stored) await app.store.connections.update({ ...stored, policy: { ...stored.policy, restartCalendar } });

    const { output } = await plan();

    expect(output).toMatch(/✗ Lab CUCM publisher: Its certificate ends on .* the windows are too rare/);
  });

  it('names the scenarios there are', async () => {
    await expect(plan('--scenario', 'doomsday')).rejects.toThrow(/There are announced, 100-days, 47-days/);
  });
});
