import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createSelfDriver } from '../../backend/src/appliances/self/driver.ts';
import { Secret } from '../../backend/src/domain/secret.ts';
import { systemClock } from '../../backend/src/plugins/clock.ts';
import { createSshDialer } from '../../backend/src/plugins/ssh2-dialer.ts';
import { createTlsDialer } from '../../backend/src/plugins/tls-dialer.ts';
import { createHttpFactory } from '../../backend/src/plugins/undici-http.ts';
import { TlsIdentities } from '../../backend/src/transport/tls-identities.ts';
import { createWebServer } from '../../backend/src/transport/web-server.ts';
import { type ApplianceUnderTest, applianceDriverContract } from './appliance-driver.ts';
import { privateCa } from './appliance-driver-vos.ts';

const NAMES = ['certferry.lab.example.com', 'renew.lab.example.com'] as const;
const never = new AbortController().signal;

applianceDriverContract('self', async (): Promise<ApplianceUnderTest> => {
  const folder = await mkdtemp(join(tmpdir(), 'certferry-self-'));
  const log = pino({ level: 'silent' });
  const tls = await TlsIdentities.open({ folder, passphrase: new Secret('of these files'), clock: systemClock, log });
  const server = createWebServer((_req, res) => res.end(), tls);
  server.front.listen(0, '127.0.0.1');
  await once(server.front, 'listening');
  tls.address = { host: '127.0.0.1', port: (server.front.address() as AddressInfo).port };
  const deps = { clock: systemClock, log, http: createHttpFactory(), ssh: createSshDialer(), ownTls: tls };
  return {
    driver: createSelfDriver({ keyType: 'EC P-256' }, deps),
    slot: 'web',
    dnsNames: NAMES,
    denied: null,
    absent: null,
    ...(await privateCa(NAMES)),
    served: async (endpoint) => (await createTlsDialer().served(endpoint, never)).sha256,
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
});
