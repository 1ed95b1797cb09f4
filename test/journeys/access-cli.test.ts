import { afterAll, beforeAll, expect, it } from 'vitest';
import { certferry } from '../support/command.ts';
import { Daemon } from '../support/daemon.ts';

let daemon: Daemon;
let env: Record<string, string>;

beforeAll(async () => {
  daemon = await Daemon.start();
  env = { CERTFERRY_PUBLIC_URL: daemon.url, CERTFERRY_DATA_DIR: `${daemon.folder}/data` };
});
afterAll(() => daemon[Symbol.asyncDispose]());

it('works without a login for whoever can read the data folder', async () => {
  const added = await certferry(env, 'users', 'add', 'anna', '--role', 'admin');
  const listed = await certferry(env, 'users', 'list');

  const [, password = ''] = /^User anna, password (\S+)\n/.exec(added.output) ?? [];
  expect((await daemon.logIn('anna', password)).status).toBe(201);
  expect(listed.output).toMatch(/^USER.*\nanna\s+admin\s+all\s+password\s+never\n$/);
});

it('resets passwords, which lifts a lock, and keeps people out', async () => {
  await certferry(env, 'users', 'add', 'bert');
  for (let failure = 0; failure < 5; failure += 1) await daemon.logIn('bert', 'wrong');
  const locked = await daemon.logIn('bert', 'wrong');

  const { output } = await certferry(env, 'users', 'reset-password', 'BERT');
  const [, password = ''] = /password (\S+)\n/.exec(output) ?? [];
  const again = await daemon.logIn('bert', password);
  await certferry(env, 'users', 'disable', 'bert');
  const disabled = await daemon.logIn('bert', password);
  await certferry(env, 'users', 'enable', 'bert');

  expect([locked.status, again.status, disabled.status]).toEqual([429, 201, 401]);
  expect((await daemon.logIn('bert', password)).status).toBe(201);
  await expect(certferry(env, 'users', 'disable', 'nobody')).rejects.toThrow('There is no user "nobody".');
});

it('makes, replaces and revokes API tokens, and takes one from the environment', async () => {
  const token = (await certferry(env, 'tokens', 'create', 'ci', '--role', 'viewer')).output.trim();
  const withToken = { CERTFERRY_PUBLIC_URL: daemon.url, CERTFERRY_TOKEN: token };

  const status = await certferry(withToken, 'status');
  const next = (await certferry(env, 'tokens', 'rotate', '1', '--overlap', '2')).output.trim();
  await certferry(env, 'tokens', 'revoke', '1');
  const listed = await certferry(env, 'tokens', 'list');

  expect(token).toMatch(/^cfy_/);
  expect(status.output).toContain('No renewals yet');
  await expect(certferry(withToken, 'status')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect((await certferry({ ...withToken, CERTFERRY_TOKEN: next }, 'status')).output).toContain('No renewals yet');
  await expect(certferry({ ...withToken, CERTFERRY_TOKEN: next }, 'users', 'list')).rejects.toMatchObject({
    code: 'FORBIDDEN',
  });
  expect(listed.output).toMatch(/1\s+ci\s+cfy_\S+…\s+viewer\s+all\s+revoked/);
});
