import { expect, test } from 'vitest';
import { Secret } from '../../backend/src/domain/secret.ts';
import type { Get } from './store-fixtures.ts';

export function vaultPromises(store: Get): void {
  const entry = { plugin: 'vos', fields: { user: new Secret('admin'), password: new Secret(' pass wörd ') } };

  test('gives back what was put, as secrets', async () => {
    await store().vault.put('cucm', entry);

    const got = await store().vault.get('cucm');

    expect(got?.plugin).toBe('vos');
    expect(Object.keys(got?.fields ?? {}).sort()).toEqual(['password', 'user']);
    expect(got?.fields.password).toBeInstanceOf(Secret);
    expect(got?.fields.password?.reveal()).toBe(' pass wörd ');
    expect(got?.fields.user?.reveal()).toBe('admin');
  });

  test('replaces, lists and removes entries', async () => {
    await store().vault.put('b', entry);
    await store().vault.put('a', entry);
    await store().vault.put('b', { plugin: 'rfc2136', fields: { key: new Secret('k') } });

    expect(await store().vault.names()).toEqual(['a', 'b']);
    expect(Object.keys((await store().vault.get('b'))?.fields ?? {})).toEqual(['key']);

    await store().vault.remove('b');
    await store().vault.remove('b');

    expect(await store().vault.names()).toEqual(['a']);
    expect(await store().vault.get('b')).toBeUndefined();
  });
}

export function settingsPromises(store: Get): void {
  test('remembers any JSON by name', async () => {
    await store().settings.put('cursor', 17);
    await store().settings.put('cursor', { email: 18, none: null });

    expect(await store().settings.get('cursor')).toEqual({ email: 18, none: null });
    expect(await store().settings.get('other')).toBeUndefined();
  });
}
