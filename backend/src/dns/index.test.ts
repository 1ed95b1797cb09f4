import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { systemClock } from '../plugins/clock.ts';
import { dnsPlugin, dnsPlugins } from './index.ts';

test('the list and the folders are the same', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('_'))
    .map((entry) => entry.name);

  expect(dnsPlugins.map(({ id }) => id).sort()).toEqual(folders.sort());
});

test('a plugin is found by its id', () => {
  expect(dnsPlugin('manual').title).toBe('By hand');
});

test.each([
  ['acme-sh', { home: '/opt/acme.sh', provider: 'dns_he' }],
  ['exec', { path: '/usr/local/bin/update-dns' }],
  ['httpreq', { endpoint: 'https://dns.example.test' }],
  ['manual', {}],
])('%s gives a service that nobody knows 20 minutes', (id, settings) => {
  const plugin = dnsPlugin(id);

  const provider = plugin.create(plugin.settings.parse(settings), {
    http: () => unused(),
    ssh: { open: () => unused(), hostKey: () => unused() },
    clock: systemClock,
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });

  expect(provider.propagationTimeoutMs).toBe(1_200_000);
});

function unused(): never {
  throw new Error('Making a provider asks nobody.');
}

test('an unknown id is an error that names the known ones', () => {
  expect(() => dnsPlugin('bind')).toThrow(
    expect.objectContaining({ code: 'INVALID_SETTINGS', message: expect.stringContaining('rfc2136') }),
  );
});
