import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, nodeResolver, outline, rcodeOf, startWorld, type TestWorld, ZONE } from './testing.ts';

describe('the servers above and beside the zones', () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await startWorld({
      zones: [
        {
          name: ZONE,
          records: [
            { name: `_acme-challenge.alias.${ZONE}`, type: 'CNAME', data: 'target.acme.test' },
            { name: `circle.${ZONE}`, type: 'CNAME', data: `circle.${ZONE}` },
            { name: `gone.${ZONE}`, type: 'NS', data: 'ns.elsewhere.test' },
          ],
        },
        { name: `inner.${ZONE}` },
        { name: 'acme.test', records: [{ name: 'target.acme.test', type: 'TXT', data: 'reached' }] },
      ],
    });
  });
  afterAll(() => world[Symbol.asyncDispose]());

  describe('the resolver', () => {
    test('answers with RA, not as an authority, across zones', async () => {
      const packet = await ask(world.sim.resolver, `_acme-challenge.alias.${ZONE}`, 'TXT', { recursion: true });

      expect(packet).toMatchObject({ flag_ra: true, flag_rd: true, flag_aa: false });
      expect(outline(packet.answers)).toEqual([`CNAME _acme-challenge.alias.${ZONE}`, 'TXT target.acme.test']);
    });

    test.each([
      { name: `_acme-challenge.host.${ZONE}`, zone: ZONE },
      { name: `_acme-challenge.host.inner.${ZONE}`, zone: `inner.${ZONE}` },
      { name: 'other.example.com', zone: 'example.com' },
      { name: 'example.net', zone: '.' },
    ])('denies $name in the name of $zone', async ({ name, zone }) => {
      const packet = await ask(world.sim.resolver, name, 'SOA', { recursion: true });

      expect(rcodeOf(packet)).toBe(3);
      expect(outline(packet.authorities)).toEqual([`SOA ${zone}`]);
    });

    test('knows the addresses of the name servers, those of the parents included', async () => {
      const resolver = nodeResolver(world.sim.resolver);

      for (const server of Object.keys(world.sim.nameServers)) {
        expect(await resolver.resolve4(server)).toEqual(['127.0.0.1']);
      }
    });

    test.each([`circle.${ZONE}`, `host.gone.${ZONE}`])(
      'fails where no resolver would get through: %s',
      async (name) => {
        const packet = await ask(world.sim.resolver, name, 'TXT', { recursion: true });

        expect(rcodeOf(packet)).toBe(2);
      },
    );

    test('sees a change of the primary at once', async () => {
      world.sim.add({ name: `fresh.${ZONE}`, type: 'TXT', data: 'now' });

      expect(await nodeResolver(world.sim.resolver).resolveTxt(`fresh.${ZONE}`)).toEqual([['now']]);
    });
  });

  describe.each(['parents', 'resolver'] as const)('%s, asked without RD', (server) => {
    test('refers to the servers of a zone with glue', async () => {
      const packet = await ask(world.sim[server], `_acme-challenge.${ZONE}`, 'TXT');

      expect(packet).toMatchObject({ flag_aa: false, flag_ra: false, answers: [] });
      expect(outline(packet.authorities)).toEqual([`NS ${ZONE}`, `NS ${ZONE}`]);
      expect(packet.additionals).toMatchObject([
        { type: 'A', name: `ns1.${ZONE}`, data: '127.0.0.1' },
        { type: 'A', name: `ns2.${ZONE}`, data: '127.0.0.1' },
      ]);
    });

    test.each(['.', 'com', 'example.com', 'test'])('answers for %s itself', async (zone) => {
      const packet = await ask(world.sim[server], zone, 'NS');

      expect(packet.flag_aa).toBe(true);
      expect(packet.answers).toMatchObject([{ type: 'NS', data: 'ns.dns-sim.test' }]);
    });
  });

  test('a zone delegates to another zone of the lab that lies below it', async () => {
    const parent = await ask(world.sim.parents, `inner.${ZONE}`, 'NS');
    const child = await ask(world.sim.primary, `inner.${ZONE}`, 'NS');

    expect(outline(parent.authorities)).toEqual([`NS ${ZONE}`, `NS ${ZONE}`]);
    expect(outline(child.answers)).toEqual([`NS inner.${ZONE}`, `NS inner.${ZONE}`]);
  });

  test('CAA can be put above the zones', async () => {
    world.sim.add({ name: 'example.com', type: 'CAA', data: { tag: 'issue', value: 'other.ca' } });

    const records = await nodeResolver(world.sim.resolver).resolveCaa('example.com');
    expect(records).toMatchObject([{ issue: 'other.ca' }]);
  });

  test('every server has a name of its own and an address where it answers', async () => {
    const { primary, secondary, parents, nameServers } = world.sim;

    expect(nameServers).toMatchObject({
      [`ns1.${ZONE}`]: primary,
      [`ns2.${ZONE}`]: secondary,
      'ns1.acme.test': primary,
      'ns2.acme.test': secondary,
      'ns.dns-sim.test': parents,
    });
  });
});
