import { expect, it } from 'vitest';
import { type CertificateChain, readCertificate } from '../../backend/src/domain/certificate.ts';
import { type Ended, Journey } from '../support/journey.ts';
import { keyHostDriver, startKeyHost } from '../support/key-host.ts';

function leafOf({ facts }: Ended) {
  return readCertificate((facts.chain as CertificateChain).leafPem);
}

it('is used again while the policy says so, but never that of a certificate that was revoked', {
  timeout: 60_000,
}, async () => {
  await using host = await startKeyHost('cucm-pub.lab.example.com');
  await using journey = await Journey.start({
    connection: (input) => ({ ...input, slot: 'web', policy: { ...input.policy, reuseKey: true } }),
    overrides: { driverOf: () => keyHostDriver(host.address) },
  });
  const { store, clock } = journey.app;

  const first = await journey.renew();
  const second = await journey.renew();
  const { sha256 } = leafOf(second);
  await store.revocations.record({ sha256, at: clock.now().toISOString(), reason: 'keyCompromise', actor: 'anna' });
  const third = await journey.renew();

  expect([first, second, third].map(({ finished }) => finished.outcome)).toEqual(Array(3).fill('verified'));
  expect(leafOf(second).key.spkiSha256).toBe(leafOf(first).key.spkiSha256);
  expect(leafOf(third).key.spkiSha256).not.toBe(leafOf(second).key.spkiSha256);
});
