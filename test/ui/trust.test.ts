import { describe, expect, it } from 'vitest';
import type { LookView, PluginDeclaration } from '../../frontend/src/api/types.ts';
import { isTrusted, lookRequest, trustedBesides, trusting } from '../../frontend/src/connection-form/trust.ts';

const PUBLISHER = 'ab'.repeat(32);
const SUBSCRIBER = 'cd'.repeat(32);
const KEY = 'SHA256:publisher';

function declared(...fields: readonly string[]): PluginDeclaration {
  const properties = Object.fromEntries(fields.map((name) => [name, {}]));
  return { settings: { type: 'object', properties } } as unknown as PluginDeclaration;
}

function seen(sha256: string | null, fingerprint: string | null): LookView {
  return { tls: { certificate: sha256 === null ? null : { sha256 } }, ssh: { fingerprint } } as LookView;
}

const VOS = declared('trust', 'pinnedSha256', 'sshHostKeys');
const cluster = { host: 'cucm-pub.example.com', trust: 'pin', pinnedSha256: [SUBSCRIBER], sshHostKeys: [] };

describe('trusting what an appliance shows', () => {
  it('keeps the pins of the other nodes, which stand in the same list', () => {
    expect(trusting(cluster, seen(PUBLISHER, KEY), VOS, 'add')).toEqual({
      ...cluster,
      pinnedSha256: [SUBSCRIBER, PUBLISHER],
      sshHostKeys: [KEY],
    });
  });

  it('lets go of what was trusted before when somebody wants it', () => {
    expect(trusting(cluster, seen(PUBLISHER, KEY), VOS, 'replace')).toMatchObject({ pinnedSha256: [PUBLISHER] });
  });

  it('knows a fingerprint that was typed with colons and capitals', () => {
    const typed = { ...cluster, pinnedSha256: [PUBLISHER.toUpperCase().replaceAll(/..(?=.)/g, '$&:')] };

    expect(trusting(typed, seen(PUBLISHER, null), VOS, 'add').pinnedSha256).toEqual(typed.pinnedSha256);
    expect(isTrusted(typed, seen(PUBLISHER, null), VOS)).toBe(true);
    expect(trustedBesides(typed, seen(PUBLISHER, null), VOS)).toBe(0);
  });

  it('takes capitals of an SSH key for what they are', () => {
    expect(isTrusted({ sshHostKeys: ['SHA256:PUBLISHER'] }, seen(null, KEY), VOS)).toBe(false);
  });

  it('pins nothing where no certificate was shown, and fills no field that the plugin lacks', () => {
    const settings = { host: 'https://web1.example.com/', trust: 'public' };

    expect(trusting(settings, seen(null, KEY), VOS, 'add')).toEqual({
      host: 'web1.example.com',
      trust: 'public',
      sshHostKeys: [KEY],
    });
    expect(trusting(settings, seen(PUBLISHER, null), declared('sshHostKeys'), 'add')).toEqual({
      host: 'web1.example.com',
      trust: 'public',
    });
  });

  it('counts what is trusted besides, and says when all is trusted', () => {
    const known = { ...cluster, pinnedSha256: [SUBSCRIBER, PUBLISHER], sshHostKeys: [KEY, 'SHA256:before'] };

    expect(trustedBesides(known, seen(PUBLISHER, KEY), VOS)).toBe(2);
    expect(isTrusted(known, seen(PUBLISHER, KEY), VOS)).toBe(true);
    expect(isTrusted(cluster, seen(PUBLISHER, KEY), VOS)).toBe(false);
    expect(isTrusted(cluster, seen(null, null), VOS)).toBe(false);
  });
});

it('a look is of one address: another host, port or server name is another look', () => {
  const here = { host: 'https://cucm-pub.example.com/', apiPort: 443, password: 'typed meanwhile' };

  expect(lookRequest(here)).toEqual({ host: 'cucm-pub.example.com', apiPort: 443 });
  expect(lookRequest({ ...here, sshPort: 2222, serverName: 'pub' })).toEqual({
    host: 'cucm-pub.example.com',
    apiPort: 443,
    sshPort: 2222,
    serverName: 'pub',
  });
});
