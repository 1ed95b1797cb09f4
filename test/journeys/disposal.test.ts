import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, expect, it, vi } from 'vitest';
import { Daemon } from '../support/daemon.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

it('a daemon that was stopped leaves nothing behind that Node carries on at every promise', async () => {
  const run = vi.spyOn(AsyncLocalStorage.prototype, 'run');
  const disable = vi.spyOn(AsyncLocalStorage.prototype, 'disable');
  const daemon = await Daemon.start();
  const answer = await daemon.call('PUT', '/credentials/node', daemon.local, {
    family: 'dns',
    plugin: 'cloudflare',
    fields: { apiToken: 'a token of nobody' },
  });

  await daemon[Symbol.asyncDispose]();

  const disabled = new Set(disable.mock.contexts);
  expect(answer.ok).toBe(true);
  expect(run.mock.contexts).not.toEqual([]);
  expect(run.mock.contexts.filter((storage) => !disabled.has(storage))).toEqual([]);
});
