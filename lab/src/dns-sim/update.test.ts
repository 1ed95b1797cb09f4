import { describe, expect, test, vi } from 'vitest';
import { missing } from '../../../test/support/programs.ts';
import { ask, dig, nodeResolver, nsupdate, soaSerial, startWorld, ZONE } from './testing.ts';

const NAME = `_acme-challenge.host.${ZONE}`;

describe.skipIf(missing('nsupdate'))('an update by nsupdate', () => {
  test('adds a value beside another and counts the serial once', async () => {
    await using world = await startWorld();
    const { sim } = world;
    sim.add({ name: NAME, type: 'TXT', data: 'foreign' });

    const result = await nsupdate(sim.primary, [`add ${NAME} 60 TXT one`, `add ${NAME} 60 TXT "two words"`]);

    expect(result).toEqual({ succeeded: true, output: '' });
    expect(sim.txt(NAME)).toEqual(['foreign', 'one', 'two words']);
    expect(soaSerial(await ask(sim.primary, ZONE, 'SOA'))).toBe(3);
  });

  test('finds the zone by itself', async () => {
    await using world = await startWorld();

    const result = await nsupdate(world.sim.primary, [`add ${NAME} 60 TXT found`], { zone: null });

    expect(result).toEqual({ succeeded: true, output: '' });
    expect(world.sim.txt(NAME)).toEqual(['found']);
  });

  test('reaches the secondary', async () => {
    await using world = await startWorld();
    const { sim } = world;

    await nsupdate(sim.primary, [`add ${NAME} 60 TXT one`]);

    await vi.waitFor(async () => expect(soaSerial(await ask(sim.secondary, ZONE, 'SOA'))).toBe(2), { timeout: 10_000 });
    expect(await nodeResolver(sim.secondary).resolveTxt(NAME)).toEqual([['one']]);
  });

  test('deletes one value and leaves the others', async () => {
    await using world = await startWorld();
    for (const data of ['mine', 'foreign']) world.sim.add({ name: NAME, type: 'TXT', data });

    const result = await nsupdate(world.sim.primary, [`delete ${NAME} TXT mine`]);

    expect(result).toEqual({ succeeded: true, output: '' });
    expect(world.sim.txt(NAME)).toEqual(['foreign']);
  });

  test('deletes a whole set', async () => {
    await using world = await startWorld();
    for (const data of ['mine', 'foreign']) world.sim.add({ name: NAME, type: 'TXT', data });

    const result = await nsupdate(world.sim.primary, [`delete ${NAME} TXT`]);

    expect(result).toEqual({ succeeded: true, output: '' });
    expect(world.sim.txt(NAME)).toEqual([]);
  });
});

describe.skipIf(missing('nsupdate'))('an update that meets records', () => {
  test('succeeds, and leaves the serial, when everything is so already', async () => {
    await using world = await startWorld();
    const { sim } = world;
    sim.add({ name: NAME, type: 'TXT', data: 'there' });

    const result = await nsupdate(sim.primary, [`add ${NAME} 60 TXT there`, `delete ${NAME} TXT never-there`]);

    expect(result).toEqual({ succeeded: true, output: '' });
    expect(soaSerial(await ask(sim.primary, ZONE, 'SOA'))).toBe(2);
  });

  test('gives the whole set the new TTL', async () => {
    await using world = await startWorld();
    world.sim.add({ name: NAME, type: 'TXT', data: 'old', ttl: 300 });

    await nsupdate(world.sim.primary, [`add ${NAME} 30 TXT new`]);

    const packet = await ask(world.sim.primary, NAME, 'TXT');
    expect(packet.answers).toMatchObject([{ ttl: 30 }, { ttl: 30 }]);
  });

  test('puts nothing beside a CNAME, and does not say so', async () => {
    await using world = await startWorld();
    world.sim.add({ name: NAME, type: 'CNAME', data: 'target.acme.test' });

    const result = await nsupdate(world.sim.primary, [`add ${NAME} 60 TXT lost`]);

    expect(result).toEqual({ succeeded: true, output: '' });
    expect(world.sim.txt(NAME)).toEqual([]);
  });

  test('works over TCP', async () => {
    await using world = await startWorld();
    const long = 'x'.repeat(250);
    const values = Array.from({ length: 8 }, (_, index) => `${index}${long}`);

    const result = await nsupdate(
      world.sim.primary,
      values.map((value) => `add ${NAME} 60 TXT ${value}`),
    );

    expect(result).toEqual({ succeeded: true, output: '' });
    expect(world.sim.txt(NAME)).toEqual(values);
  });
});

describe.skipIf(missing('nsupdate'))('a request for an update', () => {
  test.each([
    { case: 'another type', command: `add ${NAME} 60 CNAME target.acme.test.`, said: 'REFUSED' },
    { case: 'another name', command: `add host.${ZONE} 60 TXT no`, said: 'REFUSED' },
    { case: 'all types of a name', command: `delete ${NAME}`, said: 'REFUSED' },
    { case: 'one of several, all or nothing', command: `add ${NAME} 60 TXT a\nadd ${ZONE} 60 TXT b`, said: 'REFUSED' },
    { case: 'a name outside the zone', command: 'add _acme-challenge.example.net 60 TXT no', said: 'NOTZONE' },
    {
      case: 'an unmet wish for absence',
      command: `prereq nxdomain ns1.${ZONE}\nadd ${NAME} 60 TXT a`,
      said: 'YXDOMAIN',
    },
    {
      case: 'an unmet wish for presence',
      command: `prereq yxdomain no.${ZONE}\nadd ${NAME} 60 TXT a`,
      said: 'NXDOMAIN',
    },
    { case: 'a set that is there', command: `prereq nxrrset ${ZONE} NS\nadd ${NAME} 60 TXT a`, said: 'YXRRSET' },
    { case: 'a set that is not there', command: `prereq yxrrset ${NAME} TXT\nadd ${NAME} 60 TXT a`, said: 'NXRRSET' },
    { case: 'other values', command: `prereq yxrrset ns1.${ZONE} A 192.0.2.9\nadd ${NAME} 60 TXT a`, said: 'NXRRSET' },
  ])('is turned down for $case', async ({ command, said }) => {
    await using world = await startWorld();

    const result = await nsupdate(world.sim.primary, [command]);

    expect(result).toEqual({ succeeded: false, output: expect.stringContaining(`update failed: ${said}`) });
    expect(world.sim.txt(NAME)).toEqual([]);
    expect(world.exchanges.count('dns.update')).toBe(0);
  });

  test.each([
    `prereq nxdomain ${NAME}`,
    `prereq yxdomain ns1.${ZONE}`,
    `prereq nxrrset ${NAME} TXT`,
    `prereq yxrrset ${ZONE} NS`,
    `prereq yxrrset ns1.${ZONE} A 127.0.0.1`,
  ])('is made when this holds: %s', async (prerequisite) => {
    await using world = await startWorld();

    const result = await nsupdate(world.sim.primary, [prerequisite, `add ${NAME} 60 TXT made`]);

    expect(result).toEqual({ succeeded: true, output: '' });
    expect(world.sim.txt(NAME)).toEqual(['made']);
  });

  test('is NOTAUTH for a zone that the server does not have', async () => {
    await using world = await startWorld();
    const command = 'add _acme-challenge.example.net 60 TXT no';

    const result = await nsupdate(world.sim.primary, [command], { zone: 'example.net' });

    expect(result.output).toContain('update failed: NOTAUTH');
  });

  test.each(['secondary', 'resolver', 'parents'] as const)('is REFUSED by the server %s', async (server) => {
    await using world = await startWorld();

    const result = await nsupdate(world.sim[server], [`add ${NAME} 60 TXT no`]);

    expect(result.output).toContain('update failed: REFUSED');
    expect(world.sim.txt(NAME)).toEqual([]);
  });
});

describe.skipIf(missing('nsupdate'))('an accepted update', () => {
  test('can be met before it acts and before it is answered', async () => {
    await using world = await startWorld();
    const { sim, exchanges } = world;
    const seen: unknown[] = [];
    exchanges.listen((name, phase) => {
      seen.push([name, phase, sim.txt(NAME)]);
    });

    await nsupdate(sim.primary, [`add ${NAME} 60 TXT value`]);

    expect(seen).toEqual([
      ['dns.update', 'received', []],
      ['dns.update', 'done', ['value']],
    ]);
    expect(exchanges.count('dns.update')).toBe(1);
  });
});

describe.skipIf(missing('nsupdate', 'dig'))('after an update', () => {
  test('dig reads the value, unescaped and complete', async () => {
    await using world = await startWorld();
    await nsupdate(world.sim.primary, [`add ${NAME} 60 TXT "LHDhK3oGRvkiefQnx7OOczTY5Tic_xZ6HcMOc_gmtoM"`]);

    expect(await dig(world.sim.primary, NAME, 'TXT', '+short')).toBe('"LHDhK3oGRvkiefQnx7OOczTY5Tic_xZ6HcMOc_gmtoM"\n');
  });
});
