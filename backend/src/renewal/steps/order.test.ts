import { expect, test } from 'vitest';
import type { Facts } from '../facts.ts';
import type { StepContext } from '../step.ts';
import { order } from './order.ts';

/** The names of the CSR may be others than those of the connection, so the step looks once more. */
test('refuses a wildcard of the CSR before anything is ordered, where names are proved over HTTP', async () => {
  const asked: string[] = [];
  const issuer = { traits: {}, openOrder: async () => void asked.push('order') };
  const ctx = { issuer, appliance: {}, signal: new AbortController().signal, keep: async () => {} };
  const facts = {
    target: { challenge: 'http-01', slot: 'web', dnsNames: ['web.example.com'] },
    csr: { dnsNames: ['web.example.com', '*.example.com'] },
    installed: null,
  };

  const refused = order.run(facts as unknown as Facts, ctx as unknown as StepContext<'order'>);

  await expect(refused).rejects.toMatchObject({
    code: 'NAMES_NOT_PROVABLE',
    message: expect.stringMatching(/"\*\.example\.com" is a wildcard.*name each host/),
  });
  expect(asked).toEqual([]);
});
