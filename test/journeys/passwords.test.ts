import { expect, it } from 'vitest';
import type { ConnectionView, PreflightView } from '../../backend/src/api/contract.ts';
import { readSettings } from '../../backend/src/store/plugin-refs.ts';
import { PRINTABLE } from '../contracts/appliance-driver.ts';
import { CATALYST_NAMES, catalystUnderTest } from '../contracts/appliance-driver-catalyst-center.ts';
import { Daemon } from '../support/daemon.ts';

it('carries every printable character of a password over the API and the vault to the appliance', async () => {
  await using daemon = await Daemon.start();
  await using appliance = await catalystUnderTest();
  const { sim } = appliance;
  const settings = {
    ...{ host: sim.host, serverName: sim.name, apiPort: sim.httpsPort, servedPorts: [sim.httpsPort] },
    ...{ user: 'certferry', password: PRINTABLE, trust: 'bundle', caBundle: sim.startPem },
  };
  const input = {
    ...{ name: 'Box', slot: 'server', dnsNames: CATALYST_NAMES },
    appliance: { plugin: 'catalyst-center', settings },
    issuer: { plugin: 'acme', settings: { directory: 'http://127.0.0.1:9/', termsOfServiceAgreed: true } },
    dns: { plugin: 'manual', settings: {} },
  };
  const login = async (path: string, body: object) => {
    const { findings } = (await (await daemon.call('POST', path, daemon.local, body)).json()) as PreflightView;
    return findings.find(({ id }) => id === 'appliance.credentials')?.outcome;
  };

  const unsaved = await login('/connections/preflight', input);
  const answer = await daemon.call('POST', '/connections', daemon.local, input);
  const { id } = (await answer.json()) as ConnectionView;
  const stored = await login(`/connections/${id}/preflight`, {});

  const { store } = daemon.app;
  const connection = await store.connections.get(id);
  const { password } = connection ? await readSettings(connection.appliance, store.vault) : {};
  expect([unsaved, stored]).toEqual(['ok', 'ok']);
  expect(sim.failedLogins()).toBe(0);
  expect((password as { reveal(): string } | undefined)?.reveal()).toBe(PRINTABLE);
});
