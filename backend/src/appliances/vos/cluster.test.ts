import { expect, test } from 'vitest';
import { parseNetworkCluster } from './cluster.ts';

test('the form of current releases, with IM and Presence', () => {
  const nodes = parseNetworkCluster(
    [
      '10.3.74.13 IMPPUB.example.com IMPPUB Subscriber cups DBPub authenticated',
      '10.3.74.12 CUCMSUB.example.com CUCMSUB Subscriber callmanager DBSub authenticated using TCP since Thu Oct 28 11:24:16 2021',
      '10.3.74.11 CUCMPUB.example.com CUCMPUB Publisher callmanager DBPub authenticated using TCP since Thu Oct 28 11:27:36 2021',
      '10.3.74.15 CUCMSUB2.example.com CUCMSUB2 Subscriber callmanager DBSub not authenticated - INITIATOR',
      '',
      'Server Table (processnode) Entries',
      '----------------------------------',
      '10.3.74.11',
      'CUCMSUB.example.com',
    ].join('\n'),
  );

  expect(nodes).toEqual([
    { host: 'imppub.example.com', address: '10.3.74.13', role: 'imp', joined: true },
    { host: 'cucmsub.example.com', address: '10.3.74.12', role: 'subscriber', joined: true },
    { host: 'cucmpub.example.com', address: '10.3.74.11', role: 'publisher', joined: true },
    { host: 'cucmsub2.example.com', address: '10.3.74.15', role: 'subscriber', joined: false },
  ]);
});

test('nodes without a domain have one name; one that is listed twice is one', () => {
  const line =
    '10.106.61.121 CUCMSUB  Subscriber callmanager DBSub authenticated using TCP since Fri Nov 28 17:59:21 2014';

  expect(parseNetworkCluster(`${line}\n${line}`)).toEqual([
    { host: 'cucmsub', address: '10.106.61.121', role: 'subscriber', joined: true },
  ]);
});

test.each(['', 'Executed command unsuccessfully\nNo valid command entered'])('%j lists nobody', (output) => {
  expect(parseNetworkCluster(output)).toEqual([]);
});
