import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApplianceDriver } from '../../backend/src/appliances/driver.ts';
import { chainPems, readCertificate, splitPem } from '../../backend/src/domain/certificate.ts';
import { AppError } from '../../backend/src/domain/errors.ts';
import { startTlsServer, type TlsIdentity } from '../../backend/src/plugins/testing/tls-server.ts';
import { makeTlsCertificate } from './x509.ts';

/** Where a host that takes a key is reached: one port for its files, one for its clients. Plain JSON. */
export interface KeyHostAddress {
  readonly files: number;
  readonly tls: number;
  readonly serverName: string;
}

export interface KeyHost extends AsyncDisposable {
  readonly address: KeyHostAddress;
  /** What it is given while this is true it keeps, and serves something else. */
  spoils: boolean;
  /** Called when something was put there, before it is answered. */
  onInstall: () => Promise<void>;
  /** How often something was put there. */
  installs: number;
}

/** A web server that takes its key and chain as one file, and serves it at once. */
export async function startKeyHost(serverName: string): Promise<KeyHost> {
  const { certificatePem, keyPem } = await makeTlsCertificate([serverName]);
  const garbage: TlsIdentity = { certPem: certificatePem, keyPem };
  let held = '';
  let serving = garbage;
  const files = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString('utf8');
    });
    request.on('end', async () => {
      if (request.method === 'PUT') {
        const { key, chain } = JSON.parse(body) as { readonly key: string; readonly chain: string };
        held = chain;
        serving = host.spoils ? garbage : { certPem: chain, keyPem: key };
        host.spoils = false;
        host.installs += 1;
        await host.onInstall();
      }
      response.end(held);
    });
  });
  await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
  const tls = await startTlsServer(() => serving);
  const host: KeyHost = {
    address: { files: (files.address() as AddressInfo).port, tls: tls.port, serverName },
    spoils: false,
    onInstall: async () => {},
    installs: 0,
    async [Symbol.asyncDispose]() {
      files.closeAllConnections();
      await new Promise((resolve) => files.close(resolve));
      await tls[Symbol.asyncDispose]();
    },
  };
  return host;
}

/** Also in another process than the host. */
export function keyHostDriver({ files, tls, serverName }: KeyHostAddress): ApplianceDriver {
  const ask = async (init: RequestInit): Promise<string> => {
    try {
      const answer = await fetch(`http://127.0.0.1:${files}/`, init);
      return await answer.text();
    } catch (err) {
      throw new AppError('APPLIANCE_UNREACHABLE', 'The host does not answer.', { cause: err });
    }
  };
  const leafOf = (chain: string) => {
    const [leaf] = splitPem(chain);
    return leaf === undefined ? null : readCertificate(leaf);
  };
  return {
    key: { kinds: ['EC P-256'] },
    identify: async () => ({ product: 'key host', version: null, nodeName: serverName, slots: ['web'] }),
    check: async () => [],
    readInstalled: async (_slot, signal) => leafOf(await ask({ signal })),
    async install(_slot, chain, key, signal) {
      const { sha256 } = readCertificate(chain.leafPem);
      if (leafOf(await ask({ signal }))?.sha256 === sha256) return { changed: false, sha256 };
      if (key.held !== 'certferry') throw new AppError('APPLIANCE_REFUSED', 'The host needs the key.');
      const body = JSON.stringify({ key: key.pem.reveal(), chain: chainPems({ ...chain, rootPem: null }).join('') });
      return { changed: true, sha256: leafOf(await ask({ method: 'PUT', body, signal }))?.sha256 ?? '' };
    },
    endpoints: async () => [{ host: '127.0.0.1', port: tls, serverName }],
  };
}
