import { randomBytes } from 'node:crypto';
import { Exchanges, Faults } from '@certferry/lab';
import { startDnsSim } from '../../../../lab/src/dns-sim/index.ts';
import { dnsProviderContract } from '../../../../test/contracts/dns-provider.ts';
import { systemClock } from '../../plugins/clock.ts';
import type { DnsProvider } from '../provider.ts';
import { rfc2136 } from './index.ts';

const ZONE = 'contract.example.com';

for (const transport of ['udp', 'tcp'] as const) {
  dnsProviderContract(`rfc2136 over ${transport} at the DNS of the lab`, async () => {
    const secret = randomBytes(32).toString('base64');
    const stranger = randomBytes(32).toString('base64');
    const tsig = { name: 'lab-key', algorithm: 'hmac-sha256', secret } as const;
    const dns = await startDnsSim({ zones: [{ name: ZONE }], tsig, faults: new Faults(), exchanges: new Exchanges() });
    const at = (address: string, keySecret: string) => providerAt(address, keySecret, transport);
    return {
      provider: at(dns.primary, secret),
      another: at(dns.primary, secret),
      zone: ZONE,
      checked: [],
      denied: at(dns.primary, stranger),
      secrets: [secret, stranger],
      unreachable: at('127.0.0.1:1', secret),
      published: async (fqdn) => dns.txt(fqdn),
      addForeign: async (fqdn, value) => dns.add({ name: fqdn, type: 'TXT', data: value }),
      [Symbol.asyncDispose]: () => dns[Symbol.asyncDispose](),
    };
  });
}

function providerAt(address: string, keySecret: string, transport: 'udp' | 'tcp'): DnsProvider {
  const [server = '', port = ''] = address.split(':');
  const settings = rfc2136.settings.parse({
    server,
    port: Number(port),
    keyName: 'lab-key',
    keySecret,
    algorithm: 'hmac-sha256',
    transport,
  });
  return rfc2136.create(settings, {
    http: () => unused('HTTP'),
    ssh: { open: () => unused('SSH'), hostKey: () => unused('SSH') },
    clock: systemClock,
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
}

function unused(what: string): never {
  throw new Error(`A DNS provider has no use for ${what} here.`);
}
