import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../backend/src/plugins/clock.ts';
import { openStore } from '../../backend/src/store/kysely/open.ts';
import { newMasterKey } from '../../backend/src/store/master-key.ts';
import { storeContract } from './store.ts';
import { writtenDigester as digester } from './store-fixtures.ts';

storeContract('kysely in memory', async () => ({
  store: await openStore({ file: ':memory:', masterKey: newMasterKey(), clock: systemClock, digester }),
  remove: async () => {},
}));

storeContract('kysely on a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'certferry-store-'));
  return {
    store: await openStore({
      file: join(folder, 'store.sqlite'),
      masterKey: newMasterKey(),
      clock: systemClock,
      digester,
    }),
    remove: () => rm(folder, { recursive: true }),
  };
});
