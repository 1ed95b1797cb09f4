import type { CertificateFacts, CsrFacts } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import type { Finding } from '../../domain/finding.ts';
import { caOf } from '../../domain/issuer-key.ts';
import { isWildcard, wildcardRefusal } from '../../domain/names.ts';
import { count } from '../../domain/words.ts';
import type { ChallengeKind } from '../../issuers/issuer.ts';
import type { Facts } from '../facts.ts';
import { defineStep, type StepContext } from '../step.ts';

/** Looks whether the certificate to come would fit, orders exactly the names of the CSR, and learns which are still to be proved. */
export const order = defineStep({
  name: 'order',
  title: 'Order at the CA',
  needs: ['target', 'csr', 'installed'],
  uses: [],
  gives: ['compatibility', 'planned', 'order', 'challenges'],

  async run({ target, csr, installed, compatibility: judged, order: previous }, ctx) {
    const { challenge = 'dns-01' } = target;
    refuseWildcards(challenge, csr.dnsNames);
    const compatibility = judged ?? (await judge(target, csr, ctx));
    // What cannot be restarted should not be installed, and no certificate be spent on it: the plan asks every node.
    const planned = (await ctx.appliance.activation?.plan(target.slot, ctx.signal)) ?? [];
    // The test directory knows nothing of what it would replace, and what is kept ready replaces nothing.
    const replaces = target.goal !== 'validate' && target.goal !== 'fallback';
    const replaced = replaces ? await replaceable(installed, ctx) : null;
    const request = { dnsNames: csr.dnsNames, replacesPem: replaced?.pem ?? null };
    const ticket = await ctx.issuer.openOrder(request, previous ?? null, ctx.signal);
    await ctx.keep({ order: ticket });
    const challenges = await ctx.issuer.pendingChallenges(ticket, challenge, ctx.signal);
    const summary =
      challenges.length === 0
        ? 'all names already proved'
        : `${challenges.length} of ${count(csr.dnsNames.length, 'name')} to prove`;
    return { kind: 'done', gives: { compatibility, planned, order: ticket, challenges }, summary };
  },
});

/** The CSR may have other names than the connection. @throws AppError NAMES_NOT_PROVABLE before anything is ordered */
function refuseWildcards(challenge: ChallengeKind, names: readonly string[]): void {
  const wildcard = challenge === 'http-01' ? names.find(isWildcard) : undefined;
  if (wildcard !== undefined) throw new AppError('NAMES_NOT_PROVABLE', wildcardRefusal(wildcard));
}

/** @throws AppError CSR_INCOMPATIBLE before anything is ordered: an order that cannot end well costs the CA's patience. */
async function judge(
  { slot, dnsNames }: Facts['target'],
  csr: CsrFacts,
  ctx: StepContext<'compatibility' | 'planned' | 'order' | 'challenges'>,
): Promise<readonly Finding[]> {
  const findings = ctx.appliance.compatibility?.(slot, csr, ctx.issuer.traits, dnsNames) ?? [];
  await ctx.keep({ compatibility: findings });
  for (const { title, answer } of findings.filter(({ outcome }) => outcome === 'warn'))
    await ctx.note(`${title}: ${answer}`);
  const blocking = findings.filter(({ outcome }) => outcome === 'block');
  if (blocking.length === 0) return findings;
  throw new AppError(
    'CSR_INCOMPATIBLE',
    blocking.map(({ title, answer, todo }) => `${title}: ${answer}. ${todo ?? ''}`.trim()).join(' '),
  );
}

/** What another CA issued means nothing to this one. */
async function replaceable(
  installed: CertificateFacts | null | 'unreadable',
  { issuer, originOf }: Pick<StepContext, 'issuer' | 'originOf'>,
): Promise<CertificateFacts | null> {
  if (installed === null || installed === 'unreadable' || installed.selfSigned) return null;
  const origin = await originOf(installed.sha256);
  return origin && caOf(origin.key) !== caOf(issuer.key) ? null : installed;
}
