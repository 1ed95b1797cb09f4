import { readCertificate } from '../../domain/certificate.ts';
import { defineStep } from '../step.ts';

/** Takes a certificate that was issued earlier and is still good. What is missing is done by the steps that follow. */
export const reuse = defineStep({
  name: 'reuse',
  title: 'Use the certificate issued earlier',
  needs: ['earlier'],
  uses: [],
  gives: ['chain'],

  async run({ earlier: { chain, renewalId } }) {
    const { serial } = readCertificate(chain.leafPem);
    return { kind: 'done', gives: { chain }, summary: `serial ${serial}, issued in renewal ${renewalId}` };
  },
});
