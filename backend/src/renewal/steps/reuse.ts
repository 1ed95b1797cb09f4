import { readCertificate } from '../../domain/certificate.ts';
import { defineStep } from '../step.ts';
import { writeCurrent } from './issue.ts';

/** Takes a certificate that was issued earlier and is still good. What is missing is done by the steps that follow. */
export const reuse = defineStep({
  name: 'reuse',
  title: 'Use the certificate issued earlier',
  needs: ['earlier'],
  uses: [],
  gives: ['chain'],

  async run({ earlier: { chain, renewalId, fallback } }, { files }) {
    const { serial } = readCertificate(chain.leafPem);
    // The folder shows what is current, which a certificate that was kept ready was not.
    if (fallback) await writeCurrent(chain, files);
    return { kind: 'done', gives: { chain }, summary: `serial ${serial}, issued in renewal ${renewalId}` };
  },
});
