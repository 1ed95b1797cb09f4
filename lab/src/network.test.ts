import { expect, test } from 'vitest';
import { LAB_CLUSTER, LAB_NODE, startLab } from './network.ts';

test('a lab has one node unless told otherwise', async () => {
  await using lab = await startLab();

  expect(lab.cluster).toBeNull();
  expect(lab.vos.nodeName).toBe(LAB_NODE);
});

test('a lab with a cluster has its publisher where the node was', async () => {
  await using lab = await startLab({ cluster: true, installedValidDays: -3 });

  expect(lab.vos).toBe(lab.cluster?.publisher);
  expect(lab.cluster?.nodes.map(({ nodeName }) => nodeName)).toEqual([
    LAB_CLUSTER.publisher,
    ...LAB_CLUSTER.subscribers,
    ...LAB_CLUSTER.imp,
  ]);
});

test('a lab may have the names of somebody else', async () => {
  await using lab = await startLab({
    cluster: { publisher: 'a.voice.example.net', subscribers: ['b.voice.example.net'] },
    zones: ['voice.example.net'],
  });

  expect(lab.vos.nodeName).toBe('a.voice.example.net');
  expect(lab.cluster?.nodes).toHaveLength(2);
  expect(lab.dns.txt('_acme-challenge.a.voice.example.net')).toEqual([]);
});
