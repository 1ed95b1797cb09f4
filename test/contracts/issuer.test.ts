import { expect } from 'vitest';
import { MemoryAccounts } from '../support/accounts.ts';
import { acmeIssuer } from '../support/acme-issuer.ts';
import { startPebble } from '../support/pebble.ts';
import { missing } from '../support/programs.ts';
import { issuerContract } from './issuer.ts';

issuerContract(
  'acme at Pebble, strict, one nonce in five refused, authorizations used again',
  async () => {
    const pebble = await startPebble({ nonceReject: 20, authorizationReuse: 100 });
    const rootPem = await pebble.rootPem();
    const accounts = new MemoryAccounts();
    const settings = {
      directory: pebble.directoryUrl,
      termsOfServiceAgreed: true,
      trust: 'bundle',
      caBundle: pebble.tlsCaPem,
      findRootIn: rootPem,
    } as const;
    return {
      rootPem,
      issuer: () => acmeIssuer(settings, { accountFolder: accounts.folder }),
      present: ({ recordName, recordValue }) => pebble.setTxt(recordName, recordValue),
      confirmRevoked: async (serial) => {
        expect(await pebble.certificateStatus(serial)).toMatchObject({ Status: 'Revoked', Reason: 4 });
      },
      [Symbol.asyncDispose]: () => pebble[Symbol.asyncDispose](),
    };
  },
  missing('pebble', 'pebble-challtestsrv'),
);
