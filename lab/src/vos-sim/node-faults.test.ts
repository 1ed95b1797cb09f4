import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Faults } from '../faults.ts';
import {
  type Answer,
  Cli,
  type ClusterLab,
  call,
  eventually,
  install,
  type Lab,
  logIn,
  NODE,
  newCa,
  SUB1,
  startClusterLab,
  startLab,
  type TestCa,
} from './testing.ts';

const CSR = { service: 'tomcat', distribution: 'this-server', commonName: NODE };
const LOG_IN = { username: 'certadmin', password: 'colon:and ünicode' };

describe('one node', () => {
  let lab: Lab;
  let ca: TestCa;

  beforeAll(async () => {
    ca = await newCa();
    lab = await startLab();
  });

  afterAll(() => lab[Symbol.asyncDispose]());

  afterEach(() => {
    for (const name of ['password-changed', 'account-locked', 'api-503', 'ssh-closes', 'clock-skew'] as const) {
      lab.faults.off(name);
    }
  });

  test('csr-overwritten: what was read back is out of date at once, and only that once', async () => {
    await call(lab.sim, '/csr', { body: CSR });
    lab.faults.on('csr-overwritten');

    const first = await call(lab.sim, '/csr?service=tomcat');
    const second = await call(lab.sim, '/csr?service=tomcat');
    const third = await call(lab.sim, '/csr?service=tomcat');

    expect(second.body.csr).not.toBe(first.body.csr);
    expect(third.body.csr).toBe(second.body.csr);
    expect(lab.exchanges.count('vos.csr.create')).toBe(1);
  });

  test('csr-overwritten: the snapshot is a way to read it back, too', async () => {
    const made = await call(lab.sim, '/csr', { body: CSR });
    lab.faults.on('csr-overwritten');

    const { body } = await call(lab.sim, '/snapshot/server');

    expect(body.identities[0].csr).toBe(made.body.csr);
    expect(lab.sim.pendingCsr()).not.toBe(made.body.csr);
  });

  test('password-changed: from the next request on, for the API and the command line', async () => {
    await using cli = await Cli.open(lab.sim);
    await cli.prompt();
    lab.faults.on('password-changed');

    const answer = await call(lab.sim, '/snapshot/server');
    const entering = logIn(lab.sim, LOG_IN);

    await expect(entering).rejects.toThrow('All configured authentication methods failed');
    expect([answer.status, answer.body.messages]).toEqual([401, ['Unauthorized']]);
    expect(await cli.command('show myself')).toContain('account name');
  });

  test('account-locked: says so, and counts who tries all the same', async () => {
    const before = lab.sim.failedLogins();
    lab.faults.on('account-locked');

    const answer = await call(lab.sim, '/snapshot/server');
    const entering = logIn(lab.sim, { ...LOG_IN, authHandler: ['password'] });

    await expect(entering).rejects.toThrow('All configured authentication methods failed');
    expect([answer.status, answer.body.messages]).toEqual([401, ['Account locked due to 3 failed logins']]);
    expect(lab.sim.failedLogins()).toBe(before + 2);
  });

  test('api-503: every other request, before it has any effect', async () => {
    lab.faults.on('api-503');
    const before = lab.exchanges.count('vos.csr.create');
    const answers: Answer[] = [];

    for (let calls = 0; calls < 4; calls += 1) answers.push(await call(lab.sim, '/csr', { body: CSR }));

    expect(answers.map(({ status }) => status)).toEqual([503, 200, 503, 200]);
    expect(answers[0]?.body).toMatchObject({ key: 503, messages: ['Service Unavailable'] });
    expect(lab.exchanges.count('vos.csr.create')).toBe(before + 2);
  });

  test('ssh-closes: no prompt ever comes', async () => {
    lab.faults.on('ssh-closes');
    await using cli = await Cli.open(lab.sim);

    await eventually(() => expect(cli.isClosed).toBe(true));

    expect(cli.output).not.toContain('admin:');
  });

  test('clock-skew: shows in the Date header, and a certificate of today is not yet valid', async () => {
    lab.faults.on('clock-skew');
    const { body } = await call(lab.sim, '/csr', { body: CSR });
    const fresh = await ca.issue(body.csr, { begins: Date.now() - 3_600_000 });
    await call(lab.sim, '/trust/certificates', {
      body: { service: ['tomcat'], certificates: [ca.rootPem, ca.intermediatePem] },
    });

    const answer = await call(lab.sim, '/identity/certificates', {
      body: { service: 'tomcat', certificates: [fresh] },
    });

    expect(answer.body.messages).toEqual(['Certificate is not yet valid']);
    expect(Date.now() - Date.parse(answer.headers.date ?? '')).toBeGreaterThan(3_600_000);
    expect(lab.sim.pendingCsr()).toBe(body.csr);
  });

  test('clock-skew: what began long enough ago is taken', async () => {
    lab.faults.on('clock-skew');

    const answer = await install(lab.sim, ca, 'tomcat');

    expect(answer.status).toBe(lab.sim.quirks.uploadStatus);
  });
});

describe('one node of a cluster', () => {
  let lab: ClusterLab;

  beforeAll(async () => {
    lab = await startClusterLab({ subscribers: [SUB1], imp: [], restartMs: 300 });
  });

  afterAll(() => lab[Symbol.asyncDispose]());

  test('node-down: all its ports are closed at once, and open again afterwards', async () => {
    const { publisher, node } = lab.cluster;
    const sub = node('cucm-sub1');
    const ports = [...sub.ports.values(), sub.sshPort];
    await using cli = await Cli.open(sub);
    await cli.prompt();

    lab.faults.on('node-down', 'cucm-sub1');
    const down = await Promise.all(ports.map(isOpen));
    const other = await call(publisher, '/snapshot/server');
    lab.faults.off('node-down', 'cucm-sub1');

    expect(down).toEqual(ports.map(() => false));
    expect(other.status).toBe(200);
    await eventually(() => expect(cli.isClosed).toBe(true));
    await expect.poll(() => Promise.all(ports.map(isOpen))).toEqual(ports.map(() => true));
    expect((await call(sub, '/snapshot/server')).status).toBe(200);
  });

  test('node-down during a restart: the ports stay closed when the restart is over', async () => {
    const sub = lab.cluster.node('cucm-sub1');
    await using cli = await Cli.open(sub);
    await cli.prompt();
    cli.press('utils service restart Cisco Tomcat\n');
    await eventually(() => expect(sub.isRestarting()).toBe(true));

    lab.faults.on('node-down', 'cucm-sub1');
    await eventually(() => expect(sub.restarts()).toBe(1));
    const afterwards = await isOpen(sub.httpsPort);
    lab.faults.off('node-down', 'cucm-sub1');

    expect(afterwards).toBe(false);
    await expect.poll(() => isOpen(sub.httpsPort)).toBe(true);
  });

  test('restart-slow and sub-other-version are seen there and nowhere else', async () => {
    const { publisher, node } = lab.cluster;
    lab.faults.on('restart-slow', 'cucm-sub1');
    lab.faults.on('sub-other-version');
    const times = new Map<string, number>();
    lab.exchanges.listen((name, phase) => {
      if (name.endsWith(' Cisco Tomcat')) times.set(`${name} ${phase}`, performance.now());
    });

    const versions = await Promise.all([publisher, node('cucm-sub1')].map(restartAndAskVersion));

    await eventually(() => expect(node('cucm-sub1').restarts()).toBe(2));
    const lasted = (name: string) => (times.get(`${name} done`) ?? 0) - (times.get(`${name} received`) ?? 0);
    expect(lasted('vos.restart cucm-sub1 Cisco Tomcat')).toBeGreaterThan(2 * 300);
    expect(lasted('vos.restart cucm-pub Cisco Tomcat')).toBeLessThan(lasted('vos.restart cucm-sub1 Cisco Tomcat'));
    expect(versions[0]).toContain('Active Master Version: 15.');
    expect(versions[1]).toContain('Active Master Version: 14.');
  });
});

test('a node may be down from the start', async () => {
  const faults = new Faults();
  faults.on('node-down', NODE);

  await using lab = await startLab({ faults });

  expect([await isOpen(lab.sim.httpsPort), await isOpen(lab.sim.sshPort)]).toEqual([false, false]);
});

async function restartAndAskVersion(sim: Lab['sim']): Promise<string> {
  await using cli = await Cli.open(sim);
  await cli.prompt();
  await cli.command('utils service restart Cisco Tomcat');
  return await cli.command('show version active');
}

/** Whether somebody listens at a port of this machine. */
async function isOpen(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
