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
    expect(short.output).toMatch(/^At most 47 days.*: \d+ renewals and \d+ restarts/);
  });

  it('names the scenarios there are', async () => {
    await expect(plan('--scenario', 'doomsday')).rejects.toThrow(/There are announced, 100-days, 47-days/);
  });
});
