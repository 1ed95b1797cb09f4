import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rootCertificates } from 'node:tls';
import { expect, it } from 'vitest';
import { meteredHttp } from '../../../../test/support/http.ts';
import { makeCa, makeCertificate } from '../../../../test/support/x509.ts';
import { readCertificate } from '../../domain/certificate.ts';
import { alternateLinks, assembleChain } from './chain.ts';

const signal = new AbortController().signal;
const http = meteredHttp()({ trust: { mode: 'public' } });

it('takes the self-signed end of a chain as its root', async () => {
  const root = await makeCa({ subject: 'CN=Root' });
  const leaf = await makeCertificate({ issuer: root });

  const chain = await assembleChain([[leaf, root.pem]], { bundles: [], http }, signal);

  expect(chain).toEqual({ leafPem: leaf, intermediatesPem: [], rootPem: root.pem });
});

it('finds the root in a bundle by its signature, not by its name', async () => {
  const root = await makeCa({ subject: 'CN=Root' });
  const namesake = await makeCa({ subject: 'CN=Root' });
  const issuing = await makeCa({ subject: 'CN=Issuing', issuer: root });
  const leaf = await makeCertificate({ issuer: issuing });

  const chain = await assembleChain([[leaf, issuing.pem]], { bundles: [namesake.pem + root.pem], http }, signal);

  expect(chain.intermediatesPem).toEqual([issuing.pem]);
  expect(readCertificate(chain.rootPem ?? '').sha256).toBe(readCertificate(root.pem).sha256);
});

it('finds the root among the public ones', async () => {
  const isrg = rootCertificates.find((pem) => readCertificate(pem).commonName === 'ISRG Root X1') ?? '';

  const chain = await assembleChain([[isrg]], { bundles: [], http }, signal);

  expect(readCertificate(chain.rootPem ?? '').sha256).toBe(readCertificate(isrg).sha256);
});

it.each(['pem', 'der'])('finds the root at the address in the certificate, as %s', async (format) => {
  const root = await makeCa({ subject: 'CN=Root' });
  const der = Buffer.from(root.pem.replace(/-----[^-]+-----/g, ''), 'base64');
  const server = createServer((_, response) => response.end(format === 'pem' ? root.pem : der)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server on a TCP port has an AddressInfo.
  const issuerUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/root`;
  const leaf = await makeCertificate({ issuer: root, issuerUrl });

  const chain = await assembleChain([[leaf]], { bundles: [], http }, signal);

  server.closeAllConnections();
  server.close();
  expect(readCertificate(chain.rootPem ?? '').sha256).toBe(readCertificate(root.pem).sha256);
});

it('has no root when its address does not answer', async () => {
  const issuer = await makeCa({ subject: 'CN=Root' });
  const leaf = await makeCertificate({ issuer, issuerUrl: 'http://127.0.0.1:1/root' });

  const chain = await assembleChain([[leaf]], { bundles: [], http }, signal);

  expect(chain.rootPem).toBeNull();
});

it.each([
  ['<https://ca.example/dir>;rel="index"', []],
  ['<https://ca.example/dir>;rel="index", </alt/1>;rel="alternate"', ['https://ca.example/alt/1']],
  [
    '<https://a.example/1>; rel=alternate, <https://a.example/2>; title="x"; rel="alternate"',
    ['https://a.example/1', 'https://a.example/2'],
  ],
  [undefined, []],
])('reads Link: %s', (header, expected) => {
  expect(alternateLinks(header, 'https://ca.example/cert/1')).toEqual(expected);
});
