import { afterAll, beforeAll } from 'vitest';
import { Exchanges } from '../../exchanges.ts';
import { Faults } from '../../faults.ts';
import { type CaSim, type CaSimOptions, startCaSim } from '../index.ts';
import { DnsResponder } from './dns-responder.ts';

export interface Fixture {
  readonly ca: CaSim;
  readonly dns: DnsResponder;
  readonly faults: Faults;
  readonly exchanges: Exchanges;
}

/** A CA and its name server for the tests of one file. Read it inside tests only. */
export function useCaSim(options: Partial<CaSimOptions> = {}): () => Fixture {
  let fixture: Fixture | undefined;

  beforeAll(async () => {
    const dns = await DnsResponder.start();
    const faults = new Faults();
    const exchanges = new Exchanges();
    fixture = {
      dns,
      faults,
      exchanges,
      ca: await startCaSim({ faults, exchanges, dnsServer: dns.address, ...options }),
    };
  });

  afterAll(async () => {
    await fixture?.ca[Symbol.asyncDispose]();
    await fixture?.dns[Symbol.asyncDispose]();
  });

  return () => {
    if (fixture === undefined) throw new Error('the CA is not started yet');
    return fixture;
  };
}
