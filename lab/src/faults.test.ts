import { expect, test } from 'vitest';
import { Faults } from './faults.ts';

test('a fault without a node is on everywhere', () => {
  const faults = new Faults();

  faults.on('restart-slow');

  expect([faults.has('restart-slow'), faults.has('restart-slow', 'cucm-sub1')]).toEqual([true, true]);
  expect(faults.has('node-down', 'cucm-sub1')).toBe(false);
});

test('a fault of one node is on nowhere else, whichever of its names is used', () => {
  const faults = new Faults();

  faults.on('restart-slow', 'cucm-sub1');

  expect(faults.has('restart-slow', 'CUCM-sub1.lab.example.com')).toBe(true);
  expect([faults.has('restart-slow'), faults.has('restart-slow', 'cucm-sub2')]).toEqual([false, false]);
});

test('switching off for one node leaves the others', () => {
  const faults = new Faults();
  faults.on('node-down', 'cucm-sub1');
  faults.on('node-down', 'cucm-sub2');

  faults.off('node-down', 'cucm-sub1');

  expect([faults.has('node-down', 'cucm-sub1'), faults.has('node-down', 'cucm-sub2')]).toEqual([false, true]);
});

test('switching off without a node leaves it on nowhere', () => {
  const faults = new Faults();
  faults.on('node-down', 'cucm-sub1');
  faults.on('node-down');

  faults.off('node-down');

  expect([faults.has('node-down'), faults.has('node-down', 'cucm-sub1')]).toEqual([false, false]);
});

test('what happens once is taken by the first node that comes to it', () => {
  const faults = new Faults();
  faults.on('csr-stale-500');
  const [first, second] = [faults.at('cucm-pub'), faults.at('cucm-sub1')];

  const taken = [first.take('csr-stale-500'), second.take('csr-stale-500')];

  expect(taken).toEqual([true, false]);
});

test('a listener hears of each change until it is removed', () => {
  const faults = new Faults();
  const heard: boolean[] = [];
  const remove = faults.listen(() => heard.push(faults.has('node-down', 'imp1')));

  faults.on('node-down', 'imp1');
  faults.take('node-down', 'imp1');
  remove();
  faults.on('node-down');

  expect(heard).toEqual([true, false]);
});
