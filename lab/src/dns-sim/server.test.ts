import { connect } from 'node:net';
import { decode } from 'dns-packet';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, exchange, question, rcodeOf, startWorld, type TestWorld, ZONE } from './testing.ts';

describe('a server of the simulator', () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world[Symbol.asyncDispose]());

  test('answers FORMERR to a message that ends early', async () => {
    const message = question(ZONE, 'SOA', {});

    const reply = decode(await exchange(world.sim.primary, message.subarray(0, -3)));

    expect(rcodeOf(reply)).toBe(1);
    expect(reply.id).toBe(message.readUInt16BE(0));
  });

  test('answers FORMERR to a name that points at itself', async () => {
    const message = Buffer.concat([question('.', 'SOA', {}).subarray(0, 12), Buffer.from([0xc0, 12, 0, 6, 0, 1])]);

    expect(rcodeOf(decode(await exchange(world.sim.primary, message)))).toBe(1);
  });

  test('answers NOTIMP to an opcode that it does not know', async () => {
    const message = question(ZONE, 'SOA', {});
    const notify = 4;
    message.writeUInt8(notify << 3, 2);

    expect(rcodeOf(decode(await exchange(world.sim.primary, message)))).toBe(4);
  });

  test('answers BADVERS to a later version of EDNS', async () => {
    const message = question(ZONE, 'SOA', { ednsSize: 1232 });
    const versionFromTheEnd = 5;
    message.writeUInt8(1, message.length - versionFromTheEnd);

    const reply = decode(await exchange(world.sim.primary, message));

    expect(reply.additionals).toMatchObject([{ type: 'OPT', extendedRcode: 1, ednsVersion: 0 }]);
    expect(reply.answers).toEqual([]);
  });

  test('refuses to hand over a zone', async () => {
    expect(rcodeOf(await ask(world.sim.primary, ZONE, 'AXFR'))).toBe(5);
  });

  test('does not answer answers', async () => {
    const answer = question(ZONE, 'SOA', {});
    answer.writeUInt8(0x80, 2);
    const probe = question(ZONE, 'SOA', {});

    const reply = await exchange(world.sim.primary, answer, probe);

    expect(reply.readUInt16BE(0)).toBe(probe.readUInt16BE(0));
  });

  test('survives any bytes', async () => {
    const header = question(ZONE, 'SOA', { ednsSize: 1232 });

    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), fc.nat(header.length), async (noise, at) => {
        await exchange(world.sim.primary, Buffer.concat([header.subarray(0, Math.max(at, 12)), noise]));
      }),
      { numRuns: 200 },
    );

    expect(rcodeOf(await ask(world.sim.primary, ZONE, 'SOA'))).toBe(0);
  });

  test('takes several questions over one connection, in pieces', async () => {
    const messages = ['SOA', 'NS'].map((type) => question(ZONE, type === 'SOA' ? 'SOA' : 'NS', {}));
    const stream = Buffer.concat(messages.flatMap((message) => [Buffer.of(0, message.length), message]));

    const ids = await askInPieces(world.sim.primary, stream, messages.length);

    expect(ids.toSorted()).toEqual(messages.map((message) => message.readUInt16BE(0)).toSorted());
  });
});

async function askInPieces(address: string, stream: Buffer, expected: number): Promise<number[]> {
  const [host = '', port] = address.split(':');
  const socket = connect({ host, port: Number(port), noDelay: true });
  for (const byte of stream) socket.write(Buffer.of(byte));
  const ids: number[] = [];
  let pending = Buffer.alloc(0);
  for await (const chunk of socket) {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      ids.push(pending.readUInt16BE(2));
      pending = pending.subarray(2 + pending.readUInt16BE(0));
    }
    if (ids.length === expected) break;
  }
  return ids;
}
