import { Exchanges, Faults } from '@certferry/lab';
import { startCaSim } from '../../lab/src/ca-sim/index.ts';
import { startDnsSim } from '../../lab/src/dns-sim/index.ts';
import { MemoryAccounts } from '../support/accounts.ts';
import { acmeIssuer } from '../support/acme-issuer.ts';
import { issuerContract } from './issuer.ts';

issuerContract('acme at the CA of the lab', async () => {
  const faults = new Faults();
  const exchanges = new Exchanges();
  const tsig = { name: 'key', algorithm: 'hmac-sha256', secret: Buffer.alloc(32).toString('base64') } as const;
  const dns = await startDnsSim({ zones: [{ name: 'contract.example' }], tsig, faults, exchanges });
  const ca = await startCaSim({ faults, exchanges, dnsServer: dns.resolver, authorizationReuse: true });
  const accounts = new MemoryAccounts();
  const settings = {
    directory: ca.directoryUrl,
    termsOfServiceAgreed: true,
    trust: 'bundle',
    caBundle: ca.tlsCaPem,
  } as const;
  return {
    rootPem: ca.rootPem,
    issuer: () => acmeIssuer(settings, { accountFolder: accounts.folder }),
    present: async ({ recordName, recordValue }) => dns.add({ name: recordName, type: 'TXT', data: recordValue }),
    async [Symbol.asyncDispose]() {
      await ca[Symbol.asyncDispose]();
      await dns[Symbol.asyncDispose]();
    },
  };
});
