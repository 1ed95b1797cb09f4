import { expect, test } from 'vitest';
import type { CsrCapability } from '../../appliances/driver.ts';
import { makeCsr, makeKey } from '../../plugins/keys.ts';
import { request } from './request.ts';

const WANTED = ['mra.example.com'] as const;
const BOX = 'expe.example.com';

async function csrFor(...dnsNames: readonly string[]): Promise<string> {
  return await makeCsr(await makeKey('EC P-256'), dnsNames[0] ?? '', dnsNames);
}

/** The remark of the step, and how often another CSR was made. */
async function requested(pending: string, capability: Partial<CsrCapability>) {
  let created = 0;
  const csr: CsrCapability = {
    pending: async () => pending,
    create: async () => {
      created += 1;
      return await csrFor(...WANTED);
    },
    ...capability,
  };
  const nothing = async () => {};
  const ctx = {
    appliance: { csr },
    clock: { now: () => new Date() },
    files: { write: nothing },
    keep: nothing,
    note: nothing,
    readyFallback: async () => null,
    signal: new AbortController().signal,
  };
  const outcome = await request.run({ target: { slot: 'server', dnsNames: WANTED } } as never, ctx as never);
  return { created, summary: outcome.kind === 'done' ? outcome.summary : outcome.kind };
}

test('a pending CSR with a name that the appliance puts into every one is its own', async () => {
  const { created, summary } = await requested(await csrFor(...WANTED, BOX), { ownNames: [BOX] });

  expect(created).toBe(0);
  expect(summary).toContain('pending CSR used');
});

test('one with a name of somebody else is not', async () => {
  expect((await requested(await csrFor(...WANTED, BOX), {})).created).toBe(1);
  expect((await requested(await csrFor(...WANTED, 'other.example.com'), { ownNames: [BOX] })).created).toBe(1);
});
