import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Desk } from '../../../test/support/notify/desk.ts';
import { makeTlsCertificate } from '../../../test/support/x509.ts';
import { Secret } from '../domain/secret.ts';
import { httpAnswer, type Listener, startTcpServer, startTlsServer } from '../plugins/testing/tls-server.ts';
import { createHttpFactory } from '../plugins/undici-http.ts';
import { lastBeat } from './beat-record.ts';
import { ScheduleHealth } from './schedule-health.ts';
import { Watchdog } from './watchdog.ts';

const MINUTE_MS = 60_000;
let desk: Desk;
let health: ScheduleHealth;
let isTelling: boolean;

beforeEach(async () => {
  isTelling = true;
  desk = await Desk.open();
  health = new ScheduleHealth(desk);
});
afterEach(() => desk[Symbol.asyncDispose]());

const types = async () => (await desk.store.events.read({ limit: 100 })).map(({ event }) => event.type);

describe('the schedule', () => {
  it('is not missed by a restart that is quick, nor at the first start', async () => {
    await health.lookBack();
    await health.ran(desk.clock.now());
    desk.clock.advance(20 * MINUTE_MS);
    await new ScheduleHealth(desk).lookBack();

    expect(await types()).toEqual([]);
  });

  it('is missed after a long time, once, and says since when', async () => {
    const ran = desk.clock.now();
    await health.ran(ran);
    desk.clock.advance(40 * 24 * 60 * MINUTE_MS);

    await new ScheduleHealth(desk).lookBack();
    await new ScheduleHealth(desk).lookBack();

    expect((await desk.store.events.read({ limit: 9 })).map(({ event }) => event)).toEqual([
      { type: 'schedule.missed', since: ran.toISOString(), until: desk.clock.now().toISOString() },
    ]);
  });

  it('that dies while the daemon runs is told of once, and when it runs again', async () => {
    await health.ran(desk.clock.now());
    desk.clock.advance(11 * MINUTE_MS);

    await health.look();
    await health.look();
    expect(await health.isAlive()).toBe(false);
    await health.ran(desk.clock.now());

    expect(await types()).toEqual(['schedule.stalled', 'schedule.resumed']);
    expect(await health.lastRun()).toEqual(desk.clock.now());
    expect(await health.isAlive()).toBe(true);
  });

  it('makes a message of what it missed (the daemon was silent after a typo: certimate #928)', async () => {
    await desk.happen({ type: 'schedule.stalled', since: '2026-11-22T02:00:00.000Z' }, { type: 'schedule.resumed' });

    expect(await desk.outbox()).toEqual(['critical The schedule does not run', 'info The schedule runs again']);
  });
});

describe('the heartbeat', () => {
  let receiver: Listener;
  beforeEach(async () => {
    receiver = await startTcpServer((socket) => socket.on('data', () => socket.end(httpAnswer(200, 'OK'))));
  });
  afterEach(() => receiver[Symbol.asyncDispose]());

  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const watchdog = (said: object[] = [], port = receiver.port, caPem: string | null = null) => {
    const url = new Secret(`${caPem === null ? 'http' : 'https'}://127.0.0.1:${port}/ping/a-secret-token`);
    const heartbeat = { url, method: 'POST' as const, caPem };
    const http = createHttpFactory();
    return new Watchdog({
      health,
      store: desk.store,
      isTelling: async () => isTelling,
      clock: desk.clock,
      log: { ...log, warn: (fields) => said.push(fields) },
      http,
      heartbeat,
    });
  };
  const minutes = async (count: number, each: () => Promise<void> = async () => {}) => {
    for (let minute = 0; minute < count; minute += 1) {
      await expect.poll(() => desk.clock.sleeping).toBe(1);
      await each();
      desk.clock.advance(MINUTE_MS);
    }
    await expect.poll(() => desk.clock.sleeping).toBe(1);
  };

  it('beats every three minutes while the schedule runs, and not when it does not', async () => {
    await using dog = watchdog();
    dog.start();
    await minutes(6, () => health.ran(desk.clock.now()));
    const beats = () => receiver.received.split('POST /ping/a-secret-token').length - 1;
    expect(beats()).toBe(2);

    await minutes(12);
    const then = beats();
    await minutes(6);

    expect(beats()).toBe(then);
    expect(await types()).toEqual(['schedule.stalled']);
  });

  it('does not beat while nobody is told of what happens', async () => {
    isTelling = false;
    await using dog = watchdog();
    dog.start();

    await minutes(6, () => health.ran(desk.clock.now()));
    expect(receiver.received).toBe('');
    isTelling = true;
    await minutes(3, () => health.ran(desk.clock.now()));

    await expect.poll(() => receiver.received).toContain('POST /ping/');
  });

  it('tells the log that it did not arrive, without its token', async () => {
    const said: object[] = [];
    await using dog = watchdog(said, 1);
    dog.start();

    await minutes(3, () => health.ran(desk.clock.now()));

    await expect.poll(() => said.length).toBe(1);
    expect(JSON.stringify(said)).not.toContain('a-secret-token');
    await expect
      .poll(() => lastBeat(desk.store.settings))
      .toMatchObject({ trouble: expect.stringMatching(/refused/i) });
    expect(JSON.stringify(await lastBeat(desk.store.settings))).not.toContain('a-secret-token');
  });

  it('arrives at a service under a private CA, and remembers that it did', async () => {
    const { certificatePem, keyPem } = await makeTlsCertificate(['127.0.0.1']);
    const identity = { certPem: certificatePem, keyPem };
    await using service = await startTlsServer(
      () => identity,
      (socket) => socket.end(httpAnswer(200, 'OK')),
    );
    await using dog = watchdog([], service.port, certificatePem);
    dog.start();

    await minutes(3, () => health.ran(desk.clock.now()));

    await expect.poll(() => lastBeat(desk.store.settings)).toMatchObject({ trouble: null });
    expect(service.received).toContain('POST /ping/');
  });
});
