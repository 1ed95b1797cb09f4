import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MemoryAccounts } from '../../../../test/support/accounts.ts';
import { acmeIssuer } from '../../../../test/support/acme-issuer.ts';
import { meteredHttp } from '../../../../test/support/http.ts';
import { type Pebble, startPebble } from '../../../../test/support/pebble.ts';
import { missing } from '../../../../test/support/programs.ts';
import { makeCsr } from '../../../../test/support/x509.ts';
import { readCertificate } from '../../domain/certificate.ts';
import { type HttpFactory, TransportError } from '../../plugins/http.ts';
import type { Issuer, OrderTicket } from '../issuer.ts';

const absent = missing('pebble', 'pebble-challtestsrv');
const signal = new AbortController().signal;

describe.skipIf(absent)(`acme at Pebble ${absent ?? ''}`, () => {
  let pebble: Pebble;
  let rootPems: string[];
  let count = 0;
  const newName = () => `host-${++count}.acme.example`;
  const settings = (more: object = {}) => ({
    directory: pebble.directoryUrl,
    termsOfServiceAgreed: true,
    trust: 'bundle' as const,
    caBundle: pebble.tlsCaPem,
    ...more,
  });

  beforeAll(async () => {
    pebble = await startPebble({ alternateRoots: 2 });
    rootPems = await Promise.all([0, 1, 2].map((chain) => pebble.rootPem(chain)));
  });
  afterAll(() => pebble?.[Symbol.asyncDispose]());

  async function issue(issuer: Issuer, name = newName()) {
    const csr = await makeCsr([name]);
    const ticket = await issuer.openOrder({ dnsNames: [name], replacesPem: null }, null, signal);
    const challenges = await issuer.pendingChallenges(ticket, 'dns-01', signal);
    for (const { recordName, recordValue } of challenges) await pebble.setTxt(recordName, recordValue);
    return issuer.issue(ticket, challenges, csr, signal);
  }

  async function requestsOf(act: () => Promise<unknown>): Promise<readonly string[]> {
    pebble.forgetRequests();
    await act();
    return pebble.requests();
  }

  /** A loaded machine may let Pebble need a second look; the fewest of three is what the client needs. */
  async function fewest(act: () => Promise<unknown>): Promise<readonly string[]> {
    const rounds = [await requestsOf(act), await requestsOf(act), await requestsOf(act)];
    return rounds.sort((a, b) => a.length - b.length)[0] ?? [];
  }

  describe('requests', () => {
    it('needs 7 inside a running process', async () => {
      const issuer = acmeIssuer(settings());
      await issue(issuer);

      const requests = await fewest(() => issue(issuer));

      expect(requests).toHaveLength(7);
    });

    it('needs 9 from a cold start with an account', async () => {
      const { folder: accountFolder } = new MemoryAccounts();
      await issue(acmeIssuer(settings(), { accountFolder }));

      const requests = await fewest(() => issue(acmeIssuer(settings(), { accountFolder })));

      expect(requests).toHaveLength(9);
    });

    it('finalises once when the call is repeated', async () => {
      const issuer = acmeIssuer(settings());
      const name = newName();
      const csr = await makeCsr([name]);
      const ticket = await issuer.openOrder({ dnsNames: [name], replacesPem: null }, null, signal);
      const challenges = await issuer.pendingChallenges(ticket, 'dns-01', signal);
      for (const { recordName, recordValue } of challenges) await pebble.setTxt(recordName, recordValue);
      await issuer.issue(ticket, challenges, csr, signal);

      const requests = await requestsOf(() => issuer.issue(ticket, challenges, csr, signal));

      expect(requests.filter((line) => line.includes('finalize'))).toEqual([]);
      expect(requests).toHaveLength(3);
    });

    it('never go through the HTTP client of acme-client', async () => {
      const { axios } = await import('acme-client');
      const adapter = vi.fn().mockRejectedValue(new Error('axios was used'));
      axios.defaults.adapter = adapter;

      await issue(acmeIssuer(settings()));

      expect(adapter).not.toHaveBeenCalled();
    });
  });

  describe('a process that died', () => {
    it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('is taken over after request %i had its effect', async (fatal) => {
      const { folder: accountFolder } = new MemoryAccounts();
      await issue(acmeIssuer(settings(), { accountFolder }));
      const name = newName();
      const csr = await makeCsr([name]);
      const request = { dnsNames: [name], replacesPem: null };
      let ticket: OrderTicket | null = null;
      const attempt = async (issuer: Issuer) => {
        ticket = await issuer.openOrder(request, ticket, signal);
        const challenges = await issuer.pendingChallenges(ticket, 'dns-01', signal);
        for (const { recordName, recordValue } of challenges) await pebble.setTxt(recordName, recordValue);
        return issuer.issue(ticket, challenges, csr, signal);
      };
      const dying = acmeIssuer(settings(), { accountFolder, http: losingAnswer(fatal) });
      pebble.forgetRequests();

      await expect(attempt(dying)).rejects.toMatchObject({ code: 'ISSUER_UNREACHABLE' });
      const chain = await attempt(acmeIssuer(settings(), { accountFolder }));

      expect(readCertificate(chain.leafPem).dnsNames).toEqual([name]);
      const orders = pebble.requests().filter((line) => line.includes('order-plz'));
      expect(orders).toHaveLength(fatal === 3 ? 2 : 1);
    });
  });

  describe('account', () => {
    it('is created once, also for two issuers at the same time', async () => {
      const accounts = new MemoryAccounts();
      const issuers = [1, 2].map(() => acmeIssuer(settings(), { accountFolder: accounts.folder }));
      const order = (issuer?: Issuer) => issuer?.openOrder({ dnsNames: [newName()], replacesPem: null }, null, signal);

      const requests = await requestsOf(() => Promise.all([order(issuers[0]), order(issuers[0]), order(issuers[1])]));

      expect(requests.filter((line) => line.includes('sign-me-up'))).toHaveLength(1);
    });

    it('is kept as a private key and a description of the account', async () => {
      const accounts = new MemoryAccounts();

      await issue(acmeIssuer(settings({ contact: ['pki@example.com'] }), { accountFolder: accounts.folder }));

      expect(accounts.file('account.key')).toContain('BEGIN PRIVATE KEY');
      expect(JSON.parse(accounts.file('account.json'))).toMatchObject({
        url: expect.stringContaining('/my-account/'),
        directory: pebble.directoryUrl,
        contact: ['mailto:pki@example.com'],
        createdAt: expect.any(String),
      });
    });

    it('is found again when the process died between creating and describing it', async () => {
      const accounts = new MemoryAccounts();
      const open = () => acmeIssuer(settings(), { accountFolder: accounts.folder });
      await issue(open());
      const before = JSON.parse(accounts.file('account.json'));
      for (const path of accounts.files.keys()) if (path.endsWith('.json')) accounts.files.delete(path);

      await issue(open());

      expect(JSON.parse(accounts.file('account.json')).url).toBe(before.url);
    });

    it('is registered again when the CA has lost it', async () => {
      const accounts = new MemoryAccounts();
      const open = () => acmeIssuer(settings(), { accountFolder: accounts.folder });
      await issue(open());
      const key = accounts.file('account.key');
      const lost = JSON.parse(accounts.file('account.json'));
      const path = [...accounts.files.keys()].find((file) => file.endsWith('.json')) ?? '';
      accounts.files.set(path, JSON.stringify({ ...lost, url: lost.url.replace(/[^/]+$/, 'lost') }));

      const findings = await open().check(signal);
      const chain = await issue(open());

      expect(findings).toContainEqual(expect.objectContaining({ id: 'issuer.account', outcome: 'warn' }));
      expect(readCertificate(chain.leafPem).dnsNames).toHaveLength(1);
      expect(accounts.file('account.key')).toBe(key);
      expect(JSON.parse(accounts.file('account.json')).url).toBe(lost.url);
    });

    it('is not created without agreement to the terms of service', async () => {
      const issuer = acmeIssuer(settings({ termsOfServiceAgreed: false }));

      const findings = await issuer.check(signal);
      const requests = await requestsOf(() =>
        expect(issue(issuer)).rejects.toMatchObject({
          code: 'ISSUER_ACCOUNT',
          message: expect.stringContaining('terms'),
        }),
      );

      expect(findings).toContainEqual(expect.objectContaining({ id: 'issuer.terms', outcome: 'block' }));
      expect(requests.filter((line) => line.includes('sign-me-up'))).toEqual([]);
    });

    it('is not created by a check', async () => {
      const accounts = new MemoryAccounts();

      await acmeIssuer(settings(), { accountFolder: accounts.folder }).check(signal);

      expect(accounts.files.size).toBe(0);
    });

    it('is refused with the words of the CA', async () => {
      const issuer = acmeIssuer(settings({ contact: ['not an address'] }));

      await expect(issue(issuer)).rejects.toMatchObject({ code: 'ISSUER_ACCOUNT', evidence: { status: 400 } });
    });
  });

  describe('chain', () => {
    it.each([0, 1, 2])('ends at the preferred root %i', async (index) => {
      const root = readCertificate(rootPems[index] ?? '');
      const preferredChain = root.commonName ?? '';

      const chain = await issue(acmeIssuer(settings({ preferredChain, findRootIn: rootPems.join('\n') })));

      expect(readCertificate(chain.rootPem ?? '').sha256).toBe(root.sha256);
      expect(readCertificate(chain.intermediatesPem.at(-1) ?? '').issuer).toBe(root.subject);
    });

    it('is the default one when the preferred is not offered', async () => {
      const chain = await issue(acmeIssuer(settings({ preferredChain: 'No such root' })));

      expect(chain.intermediatesPem).toHaveLength(1);
    });

    it('has no root when none is known that signed it', async () => {
      const chain = await issue(acmeIssuer(settings()));

      expect(chain.rootPem).toBeNull();
    });
  });

  describe('connection', () => {
    it('is refused when the certificate of the CA is not trusted', async () => {
      const issuer = acmeIssuer({ directory: pebble.directoryUrl, termsOfServiceAgreed: true });

      await expect(issue(issuer)).rejects.toMatchObject({ code: 'ISSUER_NOT_TRUSTED' });
      expect(await issuer.check(signal)).toContainEqual(
        expect.objectContaining({
          id: 'issuer.directory',
          outcome: 'block',
          todo: expect.stringContaining('CA bundle'),
        }),
      );
    });

    it('says who does not answer', async () => {
      const issuer = acmeIssuer(settings({ directory: 'https://127.0.0.1:1/dir' }));

      await expect(issue(issuer)).rejects.toMatchObject({
        code: 'ISSUER_UNREACHABLE',
        message: expect.stringContaining('127.0.0.1:1'),
      });
    });

    it('says when the URL is no ACME directory', async () => {
      const issuer = acmeIssuer(settings({ directory: pebble.directoryUrl.replace('/dir', '/nothing') }));

      await expect(issue(issuer)).rejects.toMatchObject({ code: 'ISSUER_REFUSED', evidence: { status: 404 } });
    });
  });
});

describe.skipIf(absent)(`acme at Pebble with external accounts ${absent ?? ''}`, () => {
  const hmac = Buffer.alloc(32, 7).toString('base64url');
  let pebble: Pebble;
  const settings = (more: object) => ({
    directory: pebble.directoryUrl,
    termsOfServiceAgreed: true,
    trust: 'bundle' as const,
    caBundle: pebble.tlsCaPem,
    ...more,
  });
  const open = (issuer: Issuer) => issuer.openOrder({ dnsNames: ['eab.example'], replacesPem: null }, null, signal);

  beforeAll(async () => {
    pebble = await startPebble({ externalAccounts: { 'kid-1': hmac }, nonceReject: 20 });
  });
  afterAll(() => pebble?.[Symbol.asyncDispose]());

  it('binds the account', async () => {
    const issuer = acmeIssuer(settings({ eabKid: 'kid-1', eabHmac: hmac }));

    expect((await open(issuer)).url).toMatch(/^https:/);
  });

  it('shows the refusal of a wrong key without showing the key', async () => {
    const wrong = Buffer.alloc(32, 8).toString('base64url');

    const failure = await open(acmeIssuer(settings({ eabKid: 'kid-1', eabHmac: wrong }))).catch((err: unknown) => err);

    expect(failure).toMatchObject({ code: 'ISSUER_ACCOUNT' });
    expect(JSON.stringify(failure)).not.toContain(wrong);
  });

  it('asks for the binding before asking the CA', async () => {
    const issuer = acmeIssuer(settings({}));

    await expect(open(issuer)).rejects.toMatchObject({ code: 'ISSUER_ACCOUNT' });
    expect(await issuer.check(signal)).toContainEqual(
      expect.objectContaining({ id: 'issuer.external-account', outcome: 'block' }),
    );
  });

  it('has another key than the issuer without it', () => {
    const bound = acmeIssuer(settings({ eabKid: 'kid-1', eabHmac: hmac }));

    expect(bound.key).not.toBe(acmeIssuer(settings({})).key);
  });
});

/** The answer of exchange `fatal` is lost after the CA acted, and nothing is sent after it. */
function losingAnswer(fatal: number): HttpFactory {
  let count = 0;
  return (options) => {
    const client = meteredHttp()(options);
    return {
      request: async (input, abort) => {
        count += 1;
        if (count <= fatal) {
          const answer = await client.request(input, abort);
          if (count < fatal) return answer;
        }
        throw new TransportError('reset', 'The process died.', true);
      },
      [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
    };
  };
}
