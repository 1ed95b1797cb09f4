import { describe, expect, it } from 'vitest';
import type { TrustStoreEntry } from '../../frontend/src/api/types.ts';
import { nodesOf, shortName, soon, twinsOf } from '../../frontend/src/connections/trust-stores.ts';
import { splitAsk } from '../../frontend/src/renewal/ask.ts';

function entry(part: Partial<TrustStoreEntry>): TrustStoreEntry {
  return {
    ...{ node: 'pub', store: 'tomcat-trust', subject: 'CN=Root', issuer: 'CN=Root', selfSigned: true },
    ...{ sha256: 'aa', notAfter: '2030-01-01T00:00:00.000Z' },
    ...part,
  };
}

describe('trust stores', () => {
  it('are shown node by node, the first to expire on top', () => {
    const late = entry({ sha256: 'late' });
    const early = entry({ sha256: 'early', subject: 'CN=Other', notAfter: '2027-01-01T00:00:00.000Z' });

    const nodes = nodesOf([late, early, entry({ node: 'sub' })]);

    expect(nodes.map(({ node }) => node)).toEqual(['pub', 'sub']);
    expect(nodes[0]?.stores[0]?.entries).toEqual([early, late]);
  });

  it('have twins where one name stands for different certificates, on whichever node', () => {
    const cross = entry({ node: 'sub', sha256: 'bb', selfSigned: false, issuer: 'CN=Older Root' });

    expect([...twinsOf([entry({}), cross]).keys()]).toEqual(['CN=Root']);
    expect(twinsOf([entry({}), entry({ node: 'sub' })]).size).toBe(0);
  });

  it('mark what has expired, and what will soon', () => {
    const now = Date.parse('2026-12-01T00:00:00Z');

    expect(soon('2026-11-30T00:00:00Z', now)?.word).toBe('Expired');
    expect(soon('2027-01-10T00:00:00Z', now)?.word).toBe('Ends soon');
    expect(soon('2027-06-01T00:00:00Z', now)).toBeNull();
  });

  it('name a CA by its common name', () => {
    expect(shortName('C=US, O=Internet Security Research Group, CN=ISRG Root X1')).toBe('ISRG Root X1');
    expect(shortName('O=No Common Name')).toBe('O=No Common Name');
  });
});

describe('what a hold asks', () => {
  it('is a sentence, and what is restarted on each node', () => {
    const ask = 'Say go to restart:\npub.example.com/Cisco Tomcat: no web access\npub.example.com/Cisco Tftp: no files';

    expect(splitAsk(ask)).toEqual({
      sentence: 'Say go to restart:',
      nodes: [
        {
          node: 'pub.example.com',
          services: [
            { node: 'pub.example.com', service: 'Cisco Tomcat', impact: 'no web access' },
            { node: 'pub.example.com', service: 'Cisco Tftp', impact: 'no files' },
          ],
        },
      ],
    });
  });

  it('stays as it is when it is about records', () => {
    const ask = 'Publish these TXT records:\n_acme-challenge.pub.example.com. 60 IN TXT "a/b:c: d"';

    expect(splitAsk(ask)).toEqual({ sentence: ask, nodes: [] });
  });
});
