import { describe, expect, it } from 'vitest';
import type { CertificateChain } from '../domain/certificate.ts';
import type { Issuer } from '../issuers/issuer.ts';
import type { IssuanceTable } from '../store/issuances.ts';
import { caPemsOf, type SecondCa } from './second-ca.ts';
import { checkSecondCa } from './second-ca-check.ts';

const chain = (...intermediatesPem: string[]): CertificateChain => ({
  leafPem: 'leaf',
  intermediatesPem,
  rootPem: 'root',
});

/** Only what is asked of them. */
function ledger(...chains: readonly CertificateChain[]): IssuanceTable {
  return {
    chainsFrom: async (key: string) => (key === 'acme:second.example:1' ? chains : []),
  } as unknown as IssuanceTable;
}

function second(caPems: readonly string[] | null = null): SecondCa {
  return { issuer: { key: 'acme:second.example:1', check: async () => [] } as unknown as Issuer, caPems };
}

const check = (one: SecondCa, issuances: IssuanceTable, host: object = {}, fallback = false) =>
  checkSecondCa(one, {
    appliance: { trust: { ensure: async () => [] }, ...host } as never,
    connection: { policy: { fallback } as never },
    issuances,
    signal: new AbortController().signal,
  });

describe('the CA certificates of the second CA', () => {
  it('are those that a person gave', async () => {
    expect(await caPemsOf(second(['given']), ledger(chain('seen')))).toEqual(['given']);
  });

  it('are else all that it was seen to sign with, each once', async () => {
    const seen = ledger(chain('r12'), chain('r13'), chain('r12', 'cross'));

    expect(await caPemsOf(second(), seen)).toEqual(['r12', 'root', 'r13', 'cross']);
  });

  it('are asked for by the dry run when nobody knows them', async () => {
    const [unknown] = await check(second(), ledger());
    const [seen] = await check(second(), ledger(chain('r12')));

    expect(unknown).toMatchObject({ outcome: 'warn', todo: expect.stringContaining('Paste its CA certificates') });
    expect(unknown?.answer).toContain('never seen the chain of second.example');
    expect(seen).toMatchObject({ outcome: 'ok', answer: expect.stringContaining('2 CA certificates') });
  });
});

describe('a fallback certificate in the dry run', () => {
  it('is warned of where none can be kept ready, if the policy asks for one', async () => {
    const keepsOne = { csr: { keepsOne: true } };
    const idsOf = async (...[host, wanted]: [object, boolean]) =>
      (await check(second(['given']), ledger(), host, wanted)).map(({ id, outcome }) => `${id} ${outcome}`);

    expect(await idsOf(keepsOne, true)).toEqual(['fallback warn', 'chain ok']);
    expect(await idsOf(keepsOne, false)).toEqual(['chain ok']);
    expect(await idsOf({ csr: {} }, true)).toEqual(['chain ok']);
    expect(await idsOf({ key: {} }, true)).toEqual(['chain ok']);
  });
});
