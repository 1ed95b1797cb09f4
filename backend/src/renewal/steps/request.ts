import type { CsrCapability, KeyCapability } from '../../appliances/driver.ts';
import { type CsrFacts, readCertificate, readCsr, UnreadableCertificateError } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import type { KeyKind } from '../../domain/key-kind.ts';
import { count } from '../../domain/words.ts';
import type { Target } from '../facts.ts';
import { giveUpFallbackOfOther } from '../fallback.ts';
import { pollUntil } from '../poll.ts';
import { defineStep, type StepContext } from '../step.ts';

type Context = StepContext<'csrAskedAt' | 'csr'>;

/** Milliseconds. Longer than an appliance takes to make an RSA key; no source gives a figure. */
const KEY_GENERATION_MS = 6_000;

/**
 * Has the appliance make a key and a CSR, and takes the names from the CSR itself: appliances add and drop names. Where
 * the host takes a key, both are made here.
 *
 * A pending CSR that already asks for the wanted names is taken as it is. After a crash it is our own; before that it is
 * somebody else's, and replacing it would make a certificate that is on its way to them useless.
 */
export const request = defineStep({
  name: 'request',
  title: 'Get a CSR',
  needs: ['target'],
  uses: [],
  gives: ['csrAskedAt', 'csr'],

  async run({ target, csrAskedAt, csr: kept }, ctx) {
    const { csr: onAppliance, key: takesKey } = ctx.appliance;
    const { csr, remark } = onAppliance
      ? await fromAppliance(target, csrAskedAt, onAppliance, ctx)
      : await fromOwnKey(target, kept, takesKey, ctx);
    refuseUnprovable(csr);
    const added = csr.dnsNames.filter((name) => !target.dnsNames.includes(name));
    if (added.length > 0) await ctx.note(`The appliance added ${added.join(', ')} to the CSR; the order names it too.`);
    await ctx.files.write('csr.pem', csr.pem);
    return { kind: 'done', gives: { csr }, summary: `${count(csr.dnsNames.length, 'name')}, ${csr.key.kind}${remark}` };
  },
});

interface Requested {
  readonly csr: CsrFacts;
  /** What to know of it, as the end of a sentence. */
  readonly remark: string;
}

async function fromAppliance(
  target: Target,
  askedAt: string | undefined,
  capability: CsrCapability,
  ctx: Context,
): Promise<Requested> {
  const pending = askedAt
    ? await pendingSince(askedAt, target, capability, ctx)
    : await pendingFor(target, capability, ctx.signal);
  const csr = pending ?? (await create(target, capability, ctx));
  await giveUpFallbackOfOther(csr, ctx);
  return { csr, remark: pending ? ', pending CSR used' : '' };
}

/** The key is in the vault before its request is among the facts: after a crash in between it is made anew. */
async function fromOwnKey(
  target: Target,
  kept: CsrFacts | undefined,
  capability: KeyCapability | undefined,
  ctx: Context,
): Promise<Requested> {
  if (!capability) throw new AppError('INVALID_SETTINGS', 'This appliance neither makes a key nor takes one.');
  if (kept) return { csr: kept, remark: '' };
  const kind = kindFor(target, capability);
  const again = target.reuseKey ? await keyBefore(kind, ctx) : null;
  const pem = again
    ? await ctx.keys.requestAgain(again, csrRequest(target))
    : await ctx.keys.request(kind, csrRequest(target));
  return { csr: readCsr(pem), remark: again ? ', key of the certificate before' : ', new key' };
}

/** @throws AppError INVALID_SETTINGS */
function kindFor({ keyKind }: Target, { kinds }: KeyCapability): KeyKind {
  const kind = keyKind ?? kinds[0];
  if (kinds.includes(kind)) return kind;
  throw new AppError(
    'INVALID_SETTINGS',
    `The host does not take a key of the kind ${kind}; it takes ${kinds.join(', ')}.`,
  );
}

/**
 * SHA-256 of the key of the certificate before, when it is of this kind and still stored; null otherwise. Never that of one that
 * was revoked: its key may be why.
 */
async function keyBefore(kind: KeyKind, { issuedBefore, originOf, keys }: Context): Promise<string | null> {
  const last = await issuedBefore();
  if (!last) return null;
  const { key, sha256 } = readCertificate(last.chain.leafPem);
  if ((await originOf(sha256))?.revoked) return null;
  return key.kind === kind && (await keys.find(key.spkiSha256)) ? key.spkiSha256 : null;
}

/** That it is asked for is stored first: see `pendingSince`. */
async function create(target: Target, capability: CsrCapability, ctx: Context): Promise<CsrFacts> {
  await ctx.keep({ csrAskedAt: ctx.clock.now().toISOString() });
  return readCsr(await capability.create(target.slot, csrRequest(target), ctx.signal));
}

/**
 * An interrupted run may have asked already, and the appliance may still be making the key. A second request would
 * race with the first, and the certificate could end up with the key that lost. So its end is waited for.
 */
async function pendingSince(
  askedAt: string,
  target: Target,
  capability: CsrCapability,
  ctx: Context,
): Promise<CsrFacts | null> {
  const settled = new Date(new Date(askedAt).getTime() + KEY_GENERATION_MS);
  return await pollUntil(ctx, settled, () => pendingFor(target, capability, ctx.signal));
}

async function pendingFor(target: Target, capability: CsrCapability, signal: AbortSignal): Promise<CsrFacts | null> {
  const pem = await capability.pending(target.slot, signal);
  if (pem === null) return null;
  try {
    const csr = readCsr(pem);
    return asksFor(csr, target.dnsNames, capability.ownNames) ? csr : null;
  } catch (err) {
    if (err instanceof UnreadableCertificateError) return null;
    throw err;
  }
}

/** All wanted names, and beyond them only what the appliance adds by itself: `own`, and parents of the wanted ones. */
function asksFor(csr: CsrFacts, wanted: readonly string[], own: readonly string[] = []): boolean {
  const isParent = (name: string) => wanted.some((one) => one.endsWith(`.${name}`));
  return (
    wanted.every((name) => csr.dnsNames.includes(name)) &&
    csr.dnsNames.every((name) => wanted.includes(name) || own.includes(name) || isParent(name))
  );
}

function csrRequest({ dnsNames }: Target) {
  const [commonName] = dnsNames;
  if (!commonName) throw new AppError('INVALID_SETTINGS', 'The connection has no name to certify.');
  return { commonName, dnsNames };
}

function refuseUnprovable({ dnsNames, otherNames }: CsrFacts): void {
  if (otherNames.length > 0) {
    throw new AppError(
      'NAMES_NOT_PROVABLE',
      `The CSR asks for ${otherNames.join(', ')}, which no challenge that certferry answers can prove.`,
    );
  }
  if (dnsNames.length === 0)
    throw new AppError('NAMES_NOT_PROVABLE', 'The CSR names nothing: no common name and no DNS name.');
}
