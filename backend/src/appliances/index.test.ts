import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { appliancePlugin, appliancePlugins, restartOf } from './index.ts';

test('the list holds each folder, and nothing else', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('_'))
    .map((entry) => entry.name);

  expect(appliancePlugins.map((plugin) => plugin.id).toSorted()).toEqual(folders.toSorted());
});

test('an unknown id is an error, never another product', () => {
  expect(appliancePlugin('vos').id).toBe('vos');
  expect(() => appliancePlugin('cisco')).toThrow(expect.objectContaining({ code: 'INVALID_SETTINGS' }));
});

test('the products of a group stand next to each other, as the picker shows them', () => {
  const groups = appliancePlugins.map(({ group }) => group);

  const headings = groups.filter((group, index) => group !== groups[index - 1]);

  expect(headings).toEqual([...new Set(groups)]);
});

test.each([
  ['vos', 'tomcat', {}, 'free'],
  ['vos', 'CallManager', {}, 'typed'],
  ['ise', 'ise-admin', {}, 'typed'],
  ['ise', 'ise-eap', {}, 'none'],
  ['vcenter', 'machine-ssl', {}, 'free'],
  ['nginx', 'certificate', {}, 'none'],
  ['download', 'certificate', {}, 'none'],
  ['files', 'certificate', { reloadCommand: ['systemctl', 'reload', 'postfix'] }, 'free'],
  ['sftp', 'certificate', { reloadCommand: [] }, 'none'],
  ['gone', 'tomcat', {}, 'free'],
] as const)('what a new certificate restarts at %s in %s, by %j: %s', (plugin, slot, settings, kind) => {
  expect(restartOf({ plugin, settings }, slot)).toBe(kind);
});
