import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCertificate, readCsr } from '../../backend/src/domain/certificate.ts';
import { AppError } from '../../backend/src/domain/errors.ts';
import type { DnsChallenge, Issuer, OrderTicket } from '../../backend/src/issuers/issuer.ts';
import { makeCsr } from '../support/x509.ts';

/** A CA with an issuer in front of it. */
export interface IssuerWorld extends AsyncDisposable {
  /** A new instance over the same accounts folder, as after a restart. */
  issuer(): Issuer;
  /** Publishes the record where the CA looks. */
  present(challenge: DnsChallenge): Promise<void>;
  /** Asks the CA itself, behind the issuer's back, whether the certificate with this serial number is revoked. */
  confirmRevoked?(serial: string): Promise<void>;
  /** PEM of the root of the chain. */
  readonly rootPem: string;
}

/** The promises of `Issuer` (backend/src/issuers/issuer.ts). `title` says which CA, `skip` why it cannot run. */
export function issuerContract(title: string, setup: () => Promise<IssuerWorld>, skip: string | null = null): void {
  describe.skipIf(skip)(`issuer contract: ${title}${skip ? ` (${skip})` : ''}`, () => {
    const signal = new AbortController().signal;
    let world: IssuerWorld;
    let count = 0;
    const newName = () => `host-${++count}.contract.example`;
    beforeAll(async () => {
      world = await setup();
    });
    afterAll(() => world?.[Symbol.asyncDispose]());

    async function open(issuer: Issuer, dnsNames: readonly string[], previous: OrderTicket | null = null) {
      return issuer.openOrder({ dnsNames, replacesPem: null }, previous, signal);
    }

    async function presented(issuer: Issuer, ticket: OrderTicket): Promise<readonly DnsChallenge[]> {
      const challenges = await issuer.pendingChallenges(ticket, 'dns-01', signal);
      for (const challenge of challenges) await world.present(challenge);
      return challenges;
    }

    async function issued(issuer: Issuer, dnsNames: readonly string[]) {
      const csr = await makeCsr(dnsNames);
      const ticket = await open(issuer, dnsNames);
      const chain = await issuer.issue(ticket, await presented(issuer, ticket), csr, signal);
      return { csr, ticket, chain };
    }

    it('finds nothing that blocks', async () => {
      const findings = await world.issuer().check(signal);

      expect(findings.length).toBeGreaterThan(0);
      expect(findings.filter(({ outcome }) => outcome === 'block')).toEqual([]);
    });

    it('has the same key in each instance', () => {
      expect(world.issuer().key).toBe(world.issuer().key);
    });

    it('says which CAA identities allow it', async () => {
      const identities = await world.issuer().caaIdentities(signal);

      expect(identities.every((identity) => typeof identity === 'string')).toBe(true);
    });

    it('issues for exactly the key and the names of the CSR', async () => {
      const names = [newName(), newName(), `*.${newName()}`];

      const { chain, csr } = await issued(world.issuer(), names);

      const leaf = readCertificate(chain.leafPem);
      expect(leaf.key.spkiSha256).toBe(readCsr(csr).key.spkiSha256);
      expect([...leaf.dnsNames].sort()).toEqual([...names].sort());
    });

    it('returns every CA certificate of the chain and its root', async () => {
      const { chain } = await issued(world.issuer(), [newName()]);

      const path = [chain.leafPem, ...chain.intermediatesPem].map(readCertificate);
      const root = readCertificate(chain.rootPem ?? '');
      expect(path.length).toBeGreaterThan(1);
      expect(path.map(({ issuer }) => issuer)).toEqual([...path.slice(1), root].map(({ subject }) => subject));
      expect(root.sha256).toBe(readCertificate(world.rootPem).sha256);
    });

    it('names the record of a wildcard without its asterisk', async () => {
      const issuer = world.issuer();
      const name = newName();

      const challenges = await issuer.pendingChallenges(await open(issuer, [`*.${name}`]), 'dns-01', signal);

      expect(challenges).toMatchObject([{ type: 'dns-01', dnsName: name, recordName: `_acme-challenge.${name}` }]);
    });

    it('gives one record name and two values to an apex and its wildcard', async () => {
      const issuer = world.issuer();
      const name = newName();

      const challenges = await issuer.pendingChallenges(await open(issuer, [name, `*.${name}`]), 'dns-01', signal);

      expect(new Set(challenges.map(({ recordName }) => recordName)).size).toBe(1);
      expect(new Set(challenges.map(({ recordValue }) => recordValue)).size).toBe(2);
    });

    it('gives the same record value when asked again, also by another process', async () => {
      const name = newName();
      const ticket = stored(await open(world.issuer(), [name]));

      const first = await world.issuer().pendingChallenges(ticket, 'dns-01', signal);
      const second = await world.issuer().pendingChallenges(ticket, 'dns-01', signal);

      expect(first).toHaveLength(1);
      expect(second).toEqual(first);
    });

    it('returns an order that is still good for the same names', async () => {
      const name = newName();
      const previous = stored(await open(world.issuer(), [name]));

      const again = await open(world.issuer(), [name], previous);

      expect(again.url).toBe(previous.url);
    });

    it('opens a new order for other names', async () => {
      const issuer = world.issuer();
      const previous = await open(issuer, [newName()]);

      const other = await open(issuer, [newName()], previous);

      expect(other.url).not.toBe(previous.url);
    });

    it('opens a new order when the previous one is unknown to the CA', async () => {
      const issuer = world.issuer();
      const name = newName();
      const real = await open(issuer, [name]);

      const opened = await open(issuer, [name], { ...real, url: `${real.url}x` });

      expect(opened.url).not.toBe(`${real.url}x`);
    });

    it('goes on in another process from the ticket and the challenges', async () => {
      const name = newName();
      const csr = await makeCsr([name]);
      const ticket = stored(await open(world.issuer(), [name]));
      const challenges = stored(await presented(world.issuer(), ticket));

      const chain = await world.issuer().issue(ticket, challenges, csr, signal);

      expect(readCertificate(chain.leafPem).dnsNames).toEqual([name]);
    });

    it('goes on when the CA validated but nothing was finalised', async () => {
      const name = newName();
      const csr = await makeCsr([name]);
      const ticket = await open(world.issuer(), [name]);
      const challenges = await presented(world.issuer(), ticket);
      const wrong = await world
        .issuer()
        .issue(ticket, challenges, await makeCsr([newName()]), signal)
        .catch(codeOf);

      const chain = await world.issuer().issue(ticket, challenges, csr, signal);

      expect(wrong).toBe('ISSUER_REFUSED');
      expect(readCertificate(chain.leafPem).dnsNames).toEqual([name]);
    });

    it('only downloads when the order was finalised before', async () => {
      const name = newName();
      const csr = await makeCsr([name]);
      const ticket = stored(await open(world.issuer(), [name]));
      const challenges = stored(await presented(world.issuer(), ticket));
      const first = await world.issuer().issue(ticket, challenges, csr, signal);

      const again = await world.issuer().issue(ticket, challenges, csr, signal);
      const withoutChallenges = await world.issuer().issue(ticket, [], csr, signal);

      expect(again.leafPem).toBe(first.leafPem);
      expect(withoutChallenges.leafPem).toBe(first.leafPem);
    });

    it('has no pending challenges after issuance', async () => {
      const issuer = world.issuer();
      const { ticket } = await issued(issuer, [newName()]);

      expect(await issuer.pendingChallenges(ticket, 'dns-01', signal)).toEqual([]);
    });

    it('refuses the certificate of an order that was finalised with another key', async () => {
      const name = newName();
      const issuer = world.issuer();
      const { ticket } = await issued(issuer, [name]);

      const failure = await issuer.issue(ticket, [], await makeCsr([name]), signal).catch((err: unknown) => err);

      expect(failure).toMatchObject({ code: 'CERTIFICATE_MISMATCH' });
    });

    it('says what the CA saw when a record is not there', async () => {
      const issuer = world.issuer();
      const name = newName();
      const csr = await makeCsr([name]);
      const ticket = await open(issuer, [name]);
      const challenges = await issuer.pendingChallenges(ticket, 'dns-01', signal);

      const failure = await issuer.issue(ticket, challenges, csr, signal).catch((err: unknown) => err);

      expect(failure).toMatchObject({ code: 'CHALLENGE_FAILED' });
      expect(failure).toHaveProperty('message', expect.stringContaining(name));
      expect(failure).toHaveProperty('evidence.body', expect.stringContaining('urn:ietf:params:acme:error:'));
    });

    it('opens a new order after a failed validation', async () => {
      const issuer = world.issuer();
      const name = newName();
      const failed = await open(issuer, [name]);
      const challenges = await issuer.pendingChallenges(failed, 'dns-01', signal);
      await issuer.issue(failed, challenges, await makeCsr([name]), signal).catch(codeOf);

      const opened = await open(issuer, [name], failed);

      expect(opened.url).not.toBe(failed.url);
    });

    it('stops at once when it is told to', async () => {
      const stop = new Error('stop');

      const failure = await world
        .issuer()
        .openOrder({ dnsNames: [newName()], replacesPem: null }, null, AbortSignal.abort(stop))
        .catch((err: unknown) => err);

      expect(failure).toBe(stop);
    });

    it('knows a renewal window or says that it knows none', async () => {
      const issuer = world.issuer();
      const { chain } = await issued(issuer, [newName()]);

      const window = await issuer.renewalWindow(chain.leafPem, signal);

      if (window) expect(Date.parse(window.end)).toBeGreaterThan(Date.parse(window.start));
      else expect(window).toBeNull();
    });

    it('has a certificate revoked, and says so when it is asked again', async () => {
      const issuer = world.issuer();
      const { chain } = await issued(issuer, [newName()]);

      const first = await issuer.revoke(chain.leafPem, 'superseded', signal);
      const second = await issuer.revoke(chain.leafPem, 'superseded', signal);

      expect([first, second]).toEqual(['revoked', 'already']);
      await world.confirmRevoked?.(readCertificate(chain.leafPem).serial);
    });

    it('accepts that an order replaces a certificate of its own', async () => {
      const issuer = world.issuer();
      const name = newName();
      const { chain } = await issued(issuer, [name]);

      const ticket = await issuer.openOrder({ dnsNames: [name], replacesPem: chain.leafPem }, null, signal);

      expect(ticket.dnsNames).toEqual([name]);
    });
  });
}

/** As it comes back from the store of a process that was killed. */
function stored<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

function codeOf(err: unknown): string {
  return err instanceof AppError ? err.code : String(err);
}
