import { describe, expect, test, vi } from 'vitest';
import { ask, askOverTcp, nodeResolver, rcodeOf, soaSerial, startWorld, ZONE } from './testing.ts';

const NAME = `_acme-challenge.host.${ZONE}`;
const RECORD = { name: NAME, type: 'TXT', data: 'value' } as const;

describe('the secondary', () => {
  test('has neither the values nor the serial of a change before the lag is over', async () => {
    await using world = await startWorld({ lagMs: 60_000 });
    const { sim } = world;

    sim.add(RECORD);

    expect(sim.txt(NAME)).toEqual(['value']);
    expect(rcodeOf(await ask(sim.secondary, NAME, 'TXT'))).toBe(3);
    expect(soaSerial(await ask(sim.primary, ZONE, 'SOA'))).toBe(2);
    expect(soaSerial(await ask(sim.secondary, ZONE, 'SOA'))).toBe(1);
  });

  test('has both after the lag', async () => {
    await using world = await startWorld({ lagMs: 20 });
    const { sim } = world;

    sim.add(RECORD);

    await vi.waitFor(async () => expect(soaSerial(await ask(sim.secondary, ZONE, 'SOA'))).toBe(2), { timeout: 10_000 });
    expect(await nodeResolver(sim.secondary).resolveTxt(NAME)).toEqual([['value']]);
  });

  test('forgets what was removed', async () => {
    await using world = await startWorld({ lagMs: 0, zones: [{ name: ZONE, records: [RECORD] }] });

    world.sim.remove(RECORD);

    expect(world.sim.txt(NAME)).toEqual([]);
    await vi.waitFor(async () => expect(rcodeOf(await ask(world.sim.secondary, NAME, 'TXT'))).toBe(3), {
      timeout: 10_000,
    });
  });

  test('takes longer under the fault dns-lag, and never goes back to what it had overtaken', async () => {
    await using world = await startWorld({ lagMs: 0, lagFaultMs: 200 });
    const { sim, faults } = world;
    const values = async () => (await nodeResolver(sim.secondary).resolveTxt(NAME)).flat();

    faults.on('dns-lag');
    sim.add({ ...RECORD, data: 'slow' });
    const startedAt = performance.now();
    faults.off('dns-lag');
    sim.add({ ...RECORD, name: `other.${ZONE}` });
    sim.remove({ ...RECORD, data: 'slow' });
    sim.add({ ...RECORD, data: 'quick' });

    await vi.waitFor(async () => expect(await values()).toEqual(['quick']), { timeout: 10_000, interval: 5 });
    await vi.waitFor(() => expect(performance.now() - startedAt).toBeGreaterThan(250), { timeout: 10_000 });
    expect(await values()).toEqual(['quick']);
  });

  test('keeps the old answer for as long as the fault says', async () => {
    await using world = await startWorld({ lagMs: 0, lagFaultMs: 200 });
    const { sim, faults } = world;

    faults.on('dns-lag');
    const startedAt = performance.now();
    sim.add(RECORD);

    await vi.waitFor(async () => expect(rcodeOf(await ask(sim.secondary, NAME, 'TXT'))).toBe(0), {
      timeout: 10_000,
      interval: 5,
    });
    expect(performance.now() - startedAt).toBeGreaterThan(190);
  });

  test('answers SERVFAIL to everything under the fault dns-servfail-secondary, and recovers', async () => {
    await using world = await startWorld();
    const { sim, faults } = world;

    faults.on('dns-servfail-secondary');
    const failed = await ask(sim.secondary, ZONE, 'SOA');
    const other = await ask(sim.primary, ZONE, 'SOA');
    faults.off('dns-servfail-secondary');
    const recovered = await ask(sim.secondary, ZONE, 'SOA');

    expect([failed, other, recovered].map(rcodeOf)).toEqual([2, 0, 0]);
    expect(failed.answers).toEqual([]);
  });

  test('does not keep the process alive for a change under way', async () => {
    await using world = await startWorld({ lagMs: 60_000 });
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timers();

    world.sim.add(RECORD);

    expect(timers()).toBe(before);
  });

  test('is gone with the simulator', async () => {
    const { sim } = await startWorld();

    await sim[Symbol.asyncDispose]();
    await sim[Symbol.asyncDispose]();

    await expect(askOverTcp(sim.secondary, ZONE, 'SOA')).rejects.toThrow('ECONNREFUSED');
  });
});

describe('the owner of a zone', () => {
  test('changes the serial only when something changed', async () => {
    await using world = await startWorld();
    const { sim } = world;

    sim.add(RECORD);
    sim.add(RECORD);
    sim.remove({ ...RECORD, data: 'never there' });

    expect(sim.txt(NAME.toUpperCase())).toEqual(['value']);
    expect(soaSerial(await ask(sim.primary, ZONE, 'SOA'))).toBe(2);
  });

  test.each([
    [RECORD, { name: NAME, type: 'CNAME', data: 'target.acme.test' } as const],
    [{ name: NAME, type: 'CNAME', data: 'target.acme.test' } as const, RECORD],
  ])('cannot put a CNAME beside other records', async (first, second) => {
    await using world = await startWorld();
    world.sim.add(first);

    expect(() => world.sim.add(second)).toThrow(`A CNAME at ${NAME} would stand beside other records`);
  });

  test('is told when a record lies outside its zone', async () => {
    const stray = { name: 'host.example.net', type: 'A', data: '192.0.2.1' } as const;

    await expect(startWorld({ zones: [{ name: ZONE, records: [stray] }] })).rejects.toThrow(
      `host.example.net is not in the zone ${ZONE}`,
    );
  });
});
