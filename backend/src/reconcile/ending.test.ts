import { expect, test } from 'vitest';
import { makeCertificate } from '../plugins/testing/certificates.ts';
import { afterEnd } from './absorb.ts';
import { endingOf } from './ending.ts';
import { emptyMemory } from './memory.ts';

const AT = '2026-11-22T12:00:00.000Z';
const finished = {
  type: 'renewal.finished',
  renewalId: 'r1',
  connectionId: 1,
  outcome: 'failed',
  message: 'It did not answer.',
  oldStillServed: true,
} as const;
const last = { certificate: { sha256: 'of the regular one' } } as never;

function rowOf(facts: object) {
  const failure = { code: 'APPLIANCE_UNREACHABLE', message: 'It did not answer.' };
  return { state: { at: 'failed', context: { failure, failedStep: 'install' } }, facts } as never;
}

test('what a failed renewal took up is remembered: of a fallback certificate that one, and the CA stays as it was', async () => {
  const { certPem, sha256 } = await makeCertificate({ commonName: 'www.example.com', dnsNames: ['www.example.com'] });
  const chain = { leafPem: certPem, intermediatesPem: [], rootPem: null };
  const earlier = { renewalId: 'r0', chain, fallback: true };
  const down = { code: 'ISSUER_UNREACHABLE', message: 'down', count: 3 } as never;
  const before = emptyMemory(new Date(AT));
  const memory = {
    ...before,
    running: { renewalId: 'r1', deploys: sha256 },
    setbacks: { ...before.setbacks, issue: down },
  };

  const ending = endingOf({ at: AT }, finished, rowOf({ target: { goal: 'serve' }, earlier, chain }), last);
  const after = afterEnd(memory, ending);

  expect(ending.certificate).toBe(sha256);
  expect(after.setbacks.deploy).toMatchObject({ certificate: sha256, code: 'APPLIANCE_UNREACHABLE' });
  expect(after.setbacks.issue).toBe(down);
});

test('a certificate that is got to be kept ready is neither shelved nor taken for the one to deploy', () => {
  const row = rowOf({ target: { goal: 'fallback', issuer: 'second' }, chain: {} });
  const ending = endingOf({ at: AT }, { ...finished, outcome: 'issued' }, row, last);

  expect(ending).toMatchObject({ certificate: null, prepared: true, issuer: 'second' });
  expect(afterEnd(emptyMemory(new Date(AT)), ending).shelved).toBeNull();
});
