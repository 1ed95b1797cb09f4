import { describe, expect, it } from 'vitest';
import type { DiscoveredNode, LookView } from '../../frontend/src/api/types.ts';
import { nodeRequest, othersOf, withNodes } from '../../frontend/src/connection-form/cluster.ts';

function node(host: string, role: DiscoveredNode['role']): DiscoveredNode {
  return { host, address: null, role, joined: true };
}

function shows(sha256: string | null, fingerprint: string | null): LookView {
  return { tls: { certificate: sha256 === null ? null : { sha256 } }, ssh: { fingerprint } } as LookView;
}

const PUB = node('cucm-pub.example.com', 'publisher');
const SUB = node('cucm-sub1.example.com', 'subscriber');
const IMP = node('imp1.example.com', 'imp');
const [PUB_PIN, SUB_PIN] = ['aa'.repeat(32), 'bb'.repeat(32)];
const publisher = { host: PUB.host, trust: 'pin', pinnedSha256: [PUB_PIN], sshPort: 2222 };

describe('the other nodes of a cluster', () => {
  it('are all but the publisher that was asked, whichever way it is written', () => {
    expect(othersOf([SUB, PUB, IMP], ['10.0.0.1', 'CUCM-PUB.example.com'])).toEqual([SUB, IMP]);
    expect(othersOf([node('cucm-pub', 'publisher'), SUB], ['cucm-pub.example.com'])).toEqual([SUB]);
  });

  it('are nobody’s to choose on a subscriber', () => {
    expect(othersOf([PUB, SUB], [SUB.host])).toBeNull();
  });

  it('are looked at as they are listed, else at the ports of the publisher', () => {
    const listed = { host: '10.0.0.2', serverName: SUB.host, apiPort: 8443 };

    expect(nodeRequest(SUB, publisher)).toEqual({ host: SUB.host, sshPort: 2222 });
    expect(nodeRequest(SUB, { ...publisher, nodes: [listed] })).toEqual(listed);
  });

  it('get one certificate together, and each is trusted for what it shows', () => {
    const settings = withNodes(publisher, [
      { node: SUB, view: shows(SUB_PIN, 'SHA256:sub') },
      { node: IMP, view: null },
    ]);

    expect(settings).toEqual({
      ...publisher,
      distribution: 'multi-server',
      pinnedSha256: [PUB_PIN, SUB_PIN],
      nodes: [
        { host: SUB.host, role: 'subscriber', sshPort: 2222, sshHostKeys: ['SHA256:sub'] },
        { host: IMP.host, role: 'imp', sshPort: 2222 },
      ],
    });
  });

  it('keep what was typed of them, and are not listed twice', () => {
    const listed = { host: '10.0.0.2', serverName: SUB.host, servedPorts: [443], sshHostKeys: ['SHA256:before'] };
    const stranger = { host: 'cucm-old.example.com' };
    const seen = [{ node: SUB, view: shows(SUB_PIN, 'SHA256:sub') }];

    expect(withNodes({ ...publisher, nodes: [listed, stranger] }, seen).nodes).toEqual([
      { ...listed, sshHostKeys: ['SHA256:before', 'SHA256:sub'] },
      stranger,
    ]);
  });

  it('are not pinned where a CA is trusted', () => {
    const settings = { host: PUB.host, trust: 'bundle', caBundle: 'PEM' };

    expect(withNodes(settings, [{ node: SUB, view: shows(SUB_PIN, null) }])).not.toHaveProperty('pinnedSha256');
  });
});
