import { describe, expect, test } from 'vitest';
import { Cli, call, eventually, type Lab, NODE, newCa, servedAt, startLab, type TestCa } from './testing.ts';

const RESTART = 'utils service restart Cisco Tomcat';

describe.each(['closed', '503'] as const)('a restart with the ports %s at first', (stopping) => {
  test('takes the API away and then serves what was installed, on both ports', async () => {
    await using lab = await startLab({ quirks: { stopping } });
    const ca = await install(lab);
    await using cli = await Cli.open(lab.sim);
    await cli.prompt();
    const before = await servedAt(lab.sim, lab.sim.httpsPort);
    const duringRestart = whileRestarting(lab);

    const output = await cli.command(RESTART);

    const [first, second] = [await servedAt(lab.sim, lab.sim.httpsPort), await servedAt(lab.sim, lab.sim.tomcatPort2)];
    const snapshot = await call(lab.sim, '/snapshot/server', { ca: ca.rootPem });
    expect(before.sha256).toBe(lab.sim.certificateSha256);
    expect(output.replaceAll('\r', '')).toMatch(TRANSCRIPT);
    expect(await duringRestart).toContain(stopping === '503' ? '503' : 'failed');
    expect([first.sha256, second.sha256]).toEqual([lab.sim.installedSha256(), lab.sim.installedSha256()]);
    expect(first.length).toBe(2);
    expect(snapshot.status).toBe(200);
    expect(lab.sim.servedSha256()).toBe(lab.sim.installedSha256());
    expect([lab.sim.restarts(), lab.exchanges.count('vos.restart')]).toEqual([1, 1]);
    expect(await cli.command('show cert list own')).toContain('Certificate Signed by Lab Intermediate');
  });
});

const TRANSCRIPT = new RegExp(
  [
    `^${RESTART}`,
    'Do not press Ctrl\\+C while the service is restarting\\. If the service has not restarted properly, execute the same command again\\.',
    'Service Manager is running',
    '(?:Cisco Tomcat\\[STOPPING\\]\\n)+(?:Cisco Tomcat\\[STARTING\\]\\n)+Cisco Tomcat\\[STARTED\\]\\n$',
  ].join('\\n'),
);

describe.concurrent('connections', () => {
  test('an open one is reset', async () => {
    await using lab = await startLab({ quirks: { stopping: 'closed' } });
    lab.faults.on('identity-timeout-but-stored');
    const ca = await newCa();
    await trust(lab, ca);
    const { body } = await call(lab.sim, '/csr', { body: CSR });
    const hanging = upload(lab, await ca.issue(body.csr));
    const ended = expect(hanging).rejects.toThrow(/ECONNRESET|socket hang up/);
    await eventually(() => expect(lab.exchanges.count('vos.identity.upload')).toBe(1));
    await using cli = await Cli.open(lab.sim);
    await cli.prompt();

    await cli.command(RESTART);

    await ended;
  });
});

describe.concurrent('faults of the restart', () => {
  test('wrong-cert-served', async () => {
    await using lab = await startLab();
    lab.faults.on('wrong-cert-served');
    await install(lab);
    await using cli = await Cli.open(lab.sim);
    await cli.prompt();

    const output = await cli.command(RESTART);

    const served = await servedAt(lab.sim, lab.sim.tomcatPort2);
    expect(output).toContain('[STARTED]');
    expect(served.sha256).toBe(lab.sim.certificateSha256);
    expect(lab.sim.servedSha256()).toBe(lab.sim.certificateSha256);
  });

  test('no-started-line: the prompt comes back before Tomcat does', async () => {
    await using lab = await startLab();
    lab.faults.on('no-started-line');
    await install(lab);
    await using cli = await Cli.open(lab.sim);
    await cli.prompt();

    const output = await cli.command(RESTART);

    expect(output).toMatch(/\[STARTING\]\r\n$/);
    await eventually(() => expect(lab.sim.servedSha256()).toBe(lab.sim.installedSha256()));
    await eventually(() => expect(lab.sim.restarts()).toBe(1));
    expect(cli.output).not.toContain('[STARTED]');
  });

  test('restart-drops-session: the restart goes on without it', async () => {
    await using lab = await startLab();
    lab.faults.on('restart-drops-session');
    await install(lab);
    await using cli = await Cli.open(lab.sim);
    await cli.prompt();

    cli.press(`${RESTART}\n`);

    await eventually(() => expect(cli.isClosed).toBe(true));
    expect(cli.output).toContain('[STOPPING]');
    expect(cli.output).not.toContain('[STARTED]');
    await eventually(() => expect(lab.sim.restarts()).toBe(1));
    expect(lab.sim.servedSha256()).toBe(lab.sim.installedSha256());
  });

  test('restart-slow takes three times as long', async () => {
    await using lab = await startLab({ restartMs: 300 });
    lab.faults.on('restart-slow');
    const times: number[] = [];
    lab.exchanges.listen((name) => {
      if (name === 'vos.restart') times.push(performance.now());
    });
    await using cli = await Cli.open(lab.sim);
    await cli.prompt();

    await cli.command(RESTART);

    const [begin = 0, end = 0] = times;
    expect(end - begin).toBeGreaterThan(2 * 300);
  });
});

test.concurrent('Ctrl-C gives the prompt back, and the restart goes on', async () => {
  await using lab = await startLab();
  await using cli = await Cli.open(lab.sim);
  await cli.prompt();
  cli.press(`${RESTART}\n`);
  await eventually(() => expect(cli.output).toContain('[STOPPING]'));

  cli.press('\x03');

  await eventually(() => expect(cli.output).toMatch(/\^C\r\n\r?admin:$/));
  await eventually(() => expect(lab.sim.restarts()).toBe(1));
  expect(cli.output).not.toContain('[STARTED]');
});

test.concurrent('a restart can be stopped before it begins', async () => {
  await using lab = await startLab();
  let proceed: () => void = () => undefined;
  lab.exchanges.listen(async (name, phase) => {
    if (name === 'vos.restart' && phase === 'received') await new Promise<void>((resolve) => (proceed = resolve));
  });
  await using cli = await Cli.open(lab.sim);
  await cli.prompt();
  cli.press(`${RESTART}\n`);
  await eventually(() => expect(cli.output).toContain('Service Manager is running'));

  const meanwhile = await call(lab.sim, '/snapshot/server');
  proceed();

  expect(meanwhile.status).toBe(200);
  expect(cli.output).not.toContain('[STOPPING]');
  await eventually(() => expect(lab.sim.restarts()).toBe(1));
});

const CSR = { service: 'tomcat', distribution: 'this-server', commonName: NODE };

async function install(lab: Lab): Promise<TestCa> {
  const ca = await newCa();
  await trust(lab, ca);
  const { body } = await call(lab.sim, '/csr', { body: CSR });
  await upload(lab, await ca.issue(body.csr));
  return ca;
}

function trust(lab: Lab, { rootPem, intermediatePem }: TestCa) {
  const certificates = [rootPem, intermediatePem];
  return call(lab.sim, '/trust/certificates', { body: { service: ['tomcat'], certificates } });
}

function upload(lab: Lab, leafPem: string) {
  return call(lab.sim, '/identity/certificates', { body: { service: 'tomcat', certificates: [leafPem] } });
}

/** What callers of the API met from the beginning of the next restart to its end. */
async function whileRestarting({ sim }: Lab): Promise<Set<string>> {
  const met = new Set<string>();
  await eventually(() => expect(sim.isRestarting()).toBe(true));
  while (sim.isRestarting()) {
    met.add(
      await call(sim, '/snapshot/server').then(
        ({ status }) => String(status),
        () => 'failed',
      ),
    );
  }
  return met;
}
