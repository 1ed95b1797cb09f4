import { readCertificate } from '../../domain/certificate.ts';
import { defineStep } from '../step.ts';
import { describeServed, lookAt } from './look.ts';

/** After a failure: what do clients meet now? Never stops a renewal from ending. */
export const assess = defineStep({
  name: 'assess',
  title: 'See what is served now',
  needs: ['target'],
  uses: ['installed', 'chain'],
  gives: ['aftermath'],
  retries: 0,

  async run({ target, installed, chain }, ctx) {
    const endpoints = await ctx.appliance.endpoints(target.slot, ctx.signal);
    const aftermath = await lookAt(endpoints, ctx);
    const before = installed && installed !== 'unreadable' ? installed.sha256 : null;
    const wanted = chain ? readCertificate(chain.leafPem).sha256 : '';
    return { kind: 'done', gives: { aftermath }, summary: describeServed(aftermath, wanted, before) };
  },
});
