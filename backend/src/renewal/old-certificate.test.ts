import { expect, test } from 'vitest';
import type { ActivationCapability } from '../appliances/driver.ts';
import { KEY_KINDS } from '../domain/key-kind.ts';
import { whatRemains, whyNotPutBack } from './old-certificate.ts';

const activation: ActivationCapability = {
  group: 'host',
  pauseMs: 0,
  patienceMs: 0,
  beginsWithinMs: 0,
  plan: async () => [],
  start: async () => 'done',
  status: async () => 'done',
};
const key = { kinds: KEY_KINDS };

test('where the key is on the appliance, it is said what remains and why what was kept ready does not help', () => {
  const why = whyNotPutBack({ activation });

  expect(why).toContain('An endpoint that was not restarted goes on serving the old one');
  expect(why).toContain('it fits the CSR that the new one has used up');
});

test('where a restart would be needed, that is the reason; elsewhere there is none', () => {
  expect(whyNotPutBack({ key, activation })).toContain('another outage');
  expect(whyNotPutBack({ key })).toBeNull();
});

test('a command that makes a service take its files is run again', () => {
  const reload: ActivationCapability = { ...activation, reloads: true };

  expect(whyNotPutBack({ key, activation: reload })).toBeNull();
  expect(whatRemains({ key, activation: reload })).toContain('the command run again');
});
