import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, askOverTcp, nodeResolver, outline, rcodeOf, startWorld, type TestWorld, ZONE } from './testing.ts';

let world: TestWorld;
beforeAll(async () => {
  world = await startWorld({
    zones: [
      {
        name: ZONE,
        records: [
          { name: `host.${ZONE}`, type: 'A', data: '192.0.2.1', ttl: 300 },
          { name: `host.${ZONE}`, type: 'AAAA', data: '2001:db8::1' },
          { name: `deep.down.${ZONE}`, type: 'TXT', data: 'below' },
          { name: `alias.${ZONE}`, type: 'CNAME', data: `second.${ZONE}` },
          { name: `second.${ZONE}`, type: 'CNAME', data: 'target.acme.test' },
          { name: `stray.${ZONE}`, type: 'CNAME', data: 'elsewhere.example.net' },
          { name: `circle.${ZONE}`, type: 'CNAME', data: `circle.${ZONE}` },
          { name: `sub.${ZONE}`, type: 'NS', data: `ns.sub.${ZONE}` },
          { name: `ns.sub.${ZONE}`, type: 'A', data: '192.0.2.53' },
          { name: ZONE, type: 'CAA', data: { tag: 'issue', value: 'ca.lab' } },
          { name: ZONE, type: 'CAA', data: { critical: true, tag: 'unheard', value: 'of' } },
          { name: ZONE, type: 'MX', data: { preference: 10, exchange: `host.${ZONE}` } },
          { name: `long.${ZONE}`, type: 'TXT', data: 'x'.repeat(300) },
        ],
      },
      { name: 'acme.test', records: [{ name: 'target.acme.test', type: 'TXT', data: 'reached' }] },
    ],
  });
  for (let index = 0; index < 12; index++) {
    world.sim.add({ name: `many.${ZONE}`, type: 'TXT', data: `${index}`.padStart(43, '-') });
  }
});
afterAll(() => world[Symbol.asyncDispose]());

describe('an authoritative server', () => {
  test('answers with AA, the TTL of the record and without RA', async () => {
    const packet = await ask(world.sim.primary, `host.${ZONE}`, 'A');

    expect(packet).toMatchObject({ flag_qr: true, flag_aa: true, flag_ra: false, flag_tc: false });
    expect(packet.answers).toMatchObject([{ type: 'A', name: `host.${ZONE}`, ttl: 300, data: '192.0.2.1' }]);
  });

  test('does not care for case, and keeps the spelling of the question', async () => {
    const packet = await ask(world.sim.primary, 'HoSt.LAB.example.COM', 'A');

    expect(packet.questions).toMatchObject([{ name: 'HoSt.LAB.example.COM' }]);
    expect(packet.answers).toMatchObject([{ name: 'HoSt.LAB.example.COM', data: '192.0.2.1' }]);
  });

  test('names both servers of a zone, with their addresses', async () => {
    const packet = await ask(world.sim.secondary, ZONE, 'NS');

    expect(packet.flag_aa).toBe(true);
    expect(packet.answers).toMatchObject([{ data: `ns1.${ZONE}` }, { data: `ns2.${ZONE}` }]);
    expect(outline(packet.additionals)).toEqual([`A ns1.${ZONE}`, `A ns2.${ZONE}`]);
  });

  test.each([
    { case: 'a name that is not there', name: `nothing.${ZONE}`, type: 'TXT', rcode: 3 },
    { case: 'a type that is not there', name: `host.${ZONE}`, type: 'TXT', rcode: 0 },
    { case: 'a name that only has names below it', name: `down.${ZONE}`, type: 'TXT', rcode: 0 },
  ] as const)('denies $case with the SOA of the zone', async ({ name, type, rcode }) => {
    const packet = await ask(world.sim.primary, name, type);

    expect(rcodeOf(packet)).toBe(rcode);
    expect(packet.flag_aa).toBe(true);
    expect(packet.answers).toEqual([]);
    expect(packet.authorities).toMatchObject([{ type: 'SOA', name: ZONE, data: { mname: `ns1.${ZONE}`, minimum: 5 } }]);
  });
});

describe('an authoritative server, led on by a record', () => {
  test('follows CNAMEs through all of its own zones', async () => {
    const packet = await ask(world.sim.primary, `alias.${ZONE}`, 'TXT');

    expect(outline(packet.answers)).toEqual([`CNAME alias.${ZONE}`, `CNAME second.${ZONE}`, 'TXT target.acme.test']);
  });

  test('does not follow a CNAME that is asked for', async () => {
    const packet = await ask(world.sim.primary, `alias.${ZONE}`, 'CNAME');

    expect(packet.answers).toMatchObject([{ type: 'CNAME', data: `second.${ZONE}` }]);
  });

  test.each([`stray.${ZONE}`, `circle.${ZONE}`])('stops with the alias alone at %s', async (name) => {
    const packet = await ask(world.sim.primary, name, 'TXT');

    expect(rcodeOf(packet)).toBe(0);
    expect(outline(packet.answers)).toEqual([`CNAME ${name}`]);
  });

  test.each([`sub.${ZONE}`, `host.sub.${ZONE}`])('refers to the servers of a delegation for %s', async (name) => {
    const packet = await ask(world.sim.primary, name, 'A');

    expect(packet.flag_aa).toBe(false);
    expect(packet.answers).toEqual([]);
    expect(packet.authorities).toMatchObject([{ type: 'NS', name: `sub.${ZONE}`, data: `ns.sub.${ZONE}` }]);
    expect(packet.additionals).toMatchObject([{ type: 'A', name: `ns.sub.${ZONE}`, data: '192.0.2.53' }]);
  });

  test('refuses what is in none of its zones', async () => {
    const packet = await ask(world.sim.primary, 'example.com', 'SOA');

    expect(rcodeOf(packet)).toBe(5);
    expect(packet.flag_aa).toBe(false);
  });

  test('serves CAA, the critical flag included', async () => {
    const records = await nodeResolver(world.sim.primary).resolveCaa(ZONE);

    expect(records).toEqual([
      expect.objectContaining({ critical: 0, issue: 'ca.lab' }),
      expect.objectContaining({ critical: 128, unheard: 'of' }),
    ]);
  });

  test('serves MX, and cuts long text into character strings', async () => {
    const resolver = nodeResolver(world.sim.primary);

    expect(await resolver.resolveMx(ZONE)).toEqual([{ priority: 10, exchange: `host.${ZONE}` }]);
    expect(await resolver.resolveTxt(`long.${ZONE}`)).toEqual([['x'.repeat(255), 'x'.repeat(45)]]);
  });
});

describe('an authoritative server with much to say', () => {
  test('truncates over UDP what is longer than 512 bytes, and tells all over TCP', async () => {
    const overUdp = await ask(world.sim.primary, `many.${ZONE}`, 'TXT');
    const overTcp = await askOverTcp(world.sim.primary, `many.${ZONE}`, 'TXT');

    expect(overUdp).toMatchObject({ flag_tc: true, answers: [] });
    expect(overTcp.flag_tc).toBe(false);
    expect(overTcp.answers).toHaveLength(12);
  });

  test('sends as much over UDP as EDNS allows, and answers with OPT', async () => {
    const packet = await ask(world.sim.primary, `many.${ZONE}`, 'TXT', { ednsSize: 4096 });

    expect(packet.flag_tc).toBe(false);
    expect(packet.answers).toHaveLength(12);
    expect(packet.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 1232, ednsVersion: 0 }]);
  });

  test('a client that retries over TCP by itself sees all values', async () => {
    const values = await nodeResolver(world.sim.primary).resolveTxt(`many.${ZONE}`);

    expect(values).toHaveLength(12);
  });

  test('writes every question down', async () => {
    await ask(world.sim.secondary, `Noted.${ZONE}`, 'TXT');

    expect(world.sim.queries().at(-1)).toEqual({ server: 'secondary', name: `noted.${ZONE}`, type: 'TXT' });
  });
});
