import { afterAll, beforeAll, expect, it } from 'vitest';
import { exportConnections } from '../../backend/src/transfer/export.ts';
import { importConnections } from '../../backend/src/transfer/import.ts';
import { Daemon } from '../support/daemon.ts';
import { makeCa } from '../support/x509.ts';

let daemon: Daemon;
let caPem: string;

beforeAll(async () => {
  daemon = await Daemon.start();
  caPem = (await makeCa({ subject: 'CN=Second CA' })).pem;
  const settings = { directory: 'https://ca.example.com/directory', termsOfServiceAgreed: true };
  await daemon.call('POST', '/issuers', daemon.local, { name: 'First', plugin: 'acme', settings });
  await daemon.call('POST', '/issuers', daemon.local, { name: 'Fallback', plugin: 'acme', settings });
});

afterAll(() => daemon[Symbol.asyncDispose]());

const fields = (more: object) => ({
  name: 'Reserve',
  dnsNames: ['cucm.example.com'],
  issuer: { account: 'First' },
  draft: true,
  ...more,
});

const created = async (more: object) =>
  (await daemon.call('POST', '/connections', daemon.local, fields(more))).json() as Promise<{
    readonly id: number;
    readonly secondIssuer: unknown;
  }>;

it('is a shared account as the first one, is named among its users, and travels with the connection', async () => {
  const { id, secondIssuer } = await created({ secondIssuer: { account: 'Fallback' }, secondChain: caPem });
  const issuers = (await (await daemon.call('GET', '/issuers', daemon.local)).json()) as readonly {
    readonly id: number;
    readonly name: string;
    readonly usedBy: { readonly some: readonly { readonly id: number }[] };
  }[];
  const fallback = issuers.find(({ name }) => name === 'Fallback');

  const removal = await daemon.call('DELETE', `/issuers/${fallback?.id}`, daemon.local);
  const { store } = daemon.app;
  const file = await exportConnections(store, false, new Date());
  const imported = await importConnections(store, file, { dryRun: true, by: {} });

  expect(secondIssuer).toMatchObject({ account: { name: 'Fallback' }, plugin: 'acme' });
  expect(fallback?.usedBy.some).toContainEqual(expect.objectContaining({ id }));
  expect(removal.status).toBe(409);
  expect(file.connections[0]).toMatchObject({ secondIssuer: { account: 'Fallback' }, secondChain: caPem });
  expect(imported).toContainEqual(expect.objectContaining({ kind: 'connection', action: 'same' }));
});

it('says what is wrong with CA certificates that are none', async () => {
  const complete = {
    ...fields({ secondIssuer: { account: 'Fallback' }, secondChain: 'no PEM', draft: false, slot: 'tls' }),
    appliance: { plugin: 'self', settings: {} },
    dns: { plugin: 'manual', settings: {} },
  };

  const answer = await daemon.call('POST', '/connections', daemon.local, complete);

  expect(answer.status).toBe(422);
  expect(await answer.json()).toMatchObject({ detail: 'secondChain: There is no PEM certificate in it.' });
});

it('cannot be asked where there is none', async () => {
  const complete = {
    ...fields({ draft: false, slot: 'tls' }),
    appliance: { plugin: 'self', settings: {} },
    dns: { plugin: 'manual', settings: {} },
  };
  const { id } = (await (await daemon.call('POST', '/connections', daemon.local, complete)).json()) as { id: number };

  const answer = await daemon.call('POST', `/connections/${id}/renewals`, daemon.local, { issuer: 'second' });

  expect(answer.status).toBe(422);
  expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('has no second CA') });
});
