import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, type Packet, TRUNCATED_RESPONSE } from 'dns-packet';
import { afterEach, expect, test } from 'vitest';
import type { Endpoint } from './endpoint.ts';
import { query } from './query.ts';

const NEVER = new AbortController().signal;
const QUESTION = { name: 'a.example.test', type: 'TXT' } as const;
const OPTIONS = { timeoutMs: 2000, recursionDesired: false };
const HELLO: Answer = { name: 'A.example.test', type: 'TXT', ttl: 7, data: ['hel', 'lo'] };

const open: (Socket | Server)[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});

test('a reply is read', async () => {
  const server = await udpServer((asked) => [answer(asked, { flags: AUTHORITATIVE_ANSWER, answers: [HELLO] })]);

  const reply = await query(server, QUESTION, OPTIONS, NEVER);

  expect(reply).toMatchObject({ rcode: 'NOERROR', aa: true, ra: false, transport: 'udp' });
  expect(reply.answers).toEqual([{ name: 'a.example.test', type: 'TXT', ttlSeconds: 7, data: 'hello' }]);
});

test('IPv6 servers are asked too', async () => {
  const server = await udpServer((asked) => [answer(asked, { answers: [HELLO] })], '::1');

  const reply = await query(server, QUESTION, OPTIONS, NEVER);

  expect(reply.answers).toHaveLength(1);
});

test('a server may be given by host name', async () => {
  const { address } = await lookup('localhost');
  const { port } = await udpServer((asked) => [answer(asked, {})], address);

  const reply = await query({ address: 'localhost', port }, QUESTION, OPTIONS, NEVER);
  const unknown = query({ address: `${'x'.repeat(64)}.test`, port }, QUESTION, OPTIONS, NEVER);

  expect(reply.rcode).toBe('NOERROR');
  await expect(unknown).rejects.toMatchObject({ name: 'DnsTransportError', kind: 'name' });
});

test('a truncated reply is asked for again over TCP, even when it is cut in the middle of a record', async () => {
  const port = await tcpServer((asked) => answer(asked, { answers: [HELLO] }));
  await udpServer(
    (asked) => [answer(asked, { flags: TRUNCATED_RESPONSE, answers: [HELLO] }).subarray(0, -12)],
    '127.0.0.1',
    port,
  );

  const reply = await query({ address: '127.0.0.1', port }, QUESTION, OPTIONS, NEVER);

  expect(reply).toMatchObject({ transport: 'tcp', rcode: 'NOERROR' });
  expect(reply.answers).toHaveLength(1);
});

test('TCP alone is used when asked for, and a reply may come in pieces', async () => {
  const port = await tcpServer((asked) => answer(asked, { answers: [HELLO] }), 5);

  const reply = await query({ address: '127.0.0.1', port }, QUESTION, { ...OPTIONS, transport: 'tcp' }, NEVER);

  expect(reply.answers).toHaveLength(1);
});

test('a TCP connection that is closed without a reply is a failure at once', async () => {
  const port = await tcpServer(() => null);

  const outcome = query({ address: '127.0.0.1', port }, QUESTION, { ...OPTIONS, transport: 'tcp' }, NEVER);

  await expect(outcome).rejects.toMatchObject({ kind: 'other' });
});

test('replies with another id or to another question are passed over', async () => {
  const server = await udpServer((asked) => [
    answer({ ...asked, id: ((asked.id ?? 0) + 1) % 0x10000 }, { answers: [{ ...HELLO, data: 'wrong id' }] }),
    answer({ ...asked, questions: [{ name: 'b.example.test', type: 'TXT' }] }, {}),
    Buffer.from('no DNS message'),
    answer(asked, { answers: [HELLO] }),
  ]);

  const reply = await query(server, QUESTION, OPTIONS, NEVER);

  expect(reply.answers).toMatchObject([{ data: 'hello' }]);
});

test('ids are not reused', async () => {
  const ids = new Set<number | undefined>();
  const server = await udpServer((asked) => {
    ids.add(asked.id);
    return [answer(asked, {})];
  });

  for (let n = 0; n < 5; n += 1) await query(server, QUESTION, OPTIONS, NEVER);

  expect(ids.size).toBeGreaterThan(1);
});

test('a lost datagram is sent again', async () => {
  let received = 0;
  const server = await udpServer((asked) => {
    received += 1;
    return received === 1 ? [] : [answer(asked, { answers: [HELLO] })];
  });

  const reply = await query(server, QUESTION, { ...OPTIONS, timeoutMs: 1_000 }, NEVER);

  expect(reply.answers).toHaveLength(1);
});

test('a server that rejects EDNS is asked without it', async () => {
  const server = await udpServer((asked) =>
    (asked.additionals ?? []).length > 0 ? [formErr(asked)] : [answer(asked, { answers: [HELLO] })],
  );

  const reply = await query(server, QUESTION, OPTIONS, NEVER);

  expect(reply.rcode).toBe('NOERROR');
});

test('a silent server is a timeout, in words', async () => {
  const server = await udpServer(() => []);

  const outcome = query(server, QUESTION, { ...OPTIONS, timeoutMs: 100 }, NEVER);

  await expect(outcome).rejects.toMatchObject({ kind: 'timeout', message: 'no answer in 0.1 s' });
});

test('a closed port is refused at once', async () => {
  const outcome = query({ address: '127.0.0.1', port: 1 }, QUESTION, OPTIONS, NEVER);

  await expect(outcome).rejects.toMatchObject({ kind: 'refused' });
});

test('the signal ends a question that is under way', async () => {
  const reason = new Error('cancelled by the test');
  const abort = new AbortController();
  const server = await udpServer(() => {
    abort.abort(reason);
    return [];
  });

  await expect(query(server, QUESTION, OPTIONS, abort.signal)).rejects.toBe(reason);
});

function answer(asked: Packet, reply: Packet): Buffer {
  return encode({ type: 'response', id: asked.id, questions: asked.questions, ...reply });
}

/** Answers FORMERR with the header alone, as servers do that stop reading at the OPT record. */
function formErr(asked: Packet): Buffer {
  return encode({ type: 'response', id: asked.id, flags: 1 });
}

async function udpServer(reply: (asked: Packet) => Buffer[], address = '127.0.0.1', port = 0): Promise<Endpoint> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  open.push(socket);
  socket.on('message', (message, from) => {
    for (const bytes of reply(decode(message))) socket.send(bytes, from.port, from.address);
  });
  socket.bind(port, address);
  await once(socket, 'listening');
  return { address, port: socket.address().port };
}

/** `null` closes the connection. Sends `piece` octets at a time. */
async function tcpServer(reply: (asked: Packet) => Buffer | null, piece = Number.POSITIVE_INFINITY): Promise<number> {
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.once('data', async (request) => {
      const bytes = reply(decode(request.subarray(2)));
      if (!bytes) return socket.destroy();
      const framed = Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
      for (let at = 0; at < framed.length; at += piece) {
        await new Promise((sent) => socket.write(framed.subarray(at, at + piece), sent));
      }
      return socket;
    });
  }).listen(0, '127.0.0.1');
  open.push(server);
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('The system gave no port.');
  return bound.port;
}
