import { type CertificateChain, type CertificateFacts, readCertificate, readCsr } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import { sleep } from '../../plugins/clock.ts';
import { ApplianceCallError } from '../_boxes/appliance-call.ts';
import type { InstallReceipt } from '../driver.ts';
import { hasCommonName, type IsePlace, ownCsrs } from './csr.ts';
import { type IseSlot, ROLES, restartsNode, servesPortals } from './roles.ts';
import { fingerprintOf, type PendingCsr, type SystemCertificate, type TrustedCertificate } from './schema.ts';

const READ_BACKS = 3;
const READ_BACK_EVERY_MS = 2000;
/** The application server takes ten minutes and more, so nobody has to ask it every two seconds. */
const LOOK_AGAIN_MS = 30_000;

/** See `ApplianceDriver.install`. With the admin role the node restarts at once, and may never answer. */
export async function bindLeaf(
  place: IsePlace,
  slot: IseSlot,
  { leafPem }: CertificateChain,
  signal: AbortSignal,
): Promise<InstallReceipt> {
  const leaf = readCertificate(leafPem);
  const { sha256 } = leaf;
  if (await holds(place, slot, sha256, signal)) return { changed: false, sha256 };
  const csr = await requestOf(place, slot, leaf, signal);
  const failure = await bind(place, slot, leaf, csr, signal).then(
    () => null,
    (error: unknown) => undecided(error),
  );
  if (failure && !failure.isUndecided) throw await rejected(failure, leaf, place, signal);
  if (await appears(place, slot, sha256, signal)) return { changed: true, sha256 };
  throw lookAgain(place, slot, failure);
}

/** The certificate that has the slot's first role; for portals that of the group. */
export function inSlot(
  certificates: readonly SystemCertificate[],
  slot: IseSlot,
  portalGroupTag: string,
): SystemCertificate | null {
  const isPortalOnly = slot.roles[0] === 'portal';
  const found = certificates.find(
    ({ usedBy, groupTag }) =>
      slot.usedBy.test(usedBy ?? '') &&
      (!isPortalOnly || !groupTag || groupTag.toLowerCase().includes(portalGroupTag.toLowerCase())),
  );
  return found ?? null;
}

async function holds(place: IsePlace, slot: IseSlot, sha256: string, signal: AbortSignal): Promise<boolean> {
  const certificates = await place.rest.systemCertificates(await place.hostName(signal), signal);
  const held = inSlot(certificates, slot, place.settings.portalGroupTag);
  return fingerprintOf(held?.sha256Fingerprint) === sha256;
}

/** @throws AppError APPLIANCE_CSR_REPLACED before anything is sent that could not be bound. */
async function requestOf(
  place: IsePlace,
  slot: IseSlot,
  leaf: CertificateFacts,
  signal: AbortSignal,
): Promise<PendingCsr> {
  const own = await ownCsrs(place, slot, signal);
  for (const csr of own) {
    const pem = await place.rest.exportCsr(csr, signal);
    if (readCsr(pem).key.spkiSha256 === leaf.key.spkiSha256) return csr;
  }
  const seen = own.length === 0 ? 'no CSR of certferry is pending there' : 'the pending CSR has another key';
  throw new AppError('APPLIANCE_CSR_REPLACED', `ISE cannot take this certificate for ${slot.id}: ${seen}.`);
}

async function bind(
  { rest, settings, clock }: IsePlace,
  slot: IseSlot,
  leaf: CertificateFacts,
  { hostName, id }: PendingCsr,
  signal: AbortSignal,
): Promise<void> {
  const documented = {
    hostName,
    id,
    // The leaf alone: a chain can trip ISE's content filter, and its issuers are trusted already.
    data: leaf.pem,
    name: friendlyName(slot, leaf, clock.now()),
    ...Object.fromEntries(ROLES.map((role) => [role, slot.roles.includes(role)])),
    ...(servesPortals(slot) ? { portalGroupTag: settings.portalGroupTag } : {}),
    allowExtendedValidity: true,
    allowOutOfDateCert: false,
    allowReplacementOfCertificates: true,
    allowReplacementOfPortalGroupTag: true,
    validateCertificateExtensions: false,
  };
  const full = {
    ...documented,
    allowRoleTransferForSameSubject: true,
    allowPortalTagTransferForSameSubject: true,
    allowWildCardCertificates: leaf.dnsNames.some((name) => name.startsWith('*.')),
  };
  const timeoutMs = settings.bindTimeoutSeconds * 1000;
  await rest.bind(full, timeoutMs, signal).catch(async (error: unknown) => {
    if (!isUnknownField(error)) throw error;
    await rest.bind(documented, timeoutMs, signal);
  });
}

/** ISE wants them unlike each other, and takes no apostrophes: `ise-admin ise1.example.com 20261122-181742`. */
function friendlyName(slot: IseSlot, { commonName, dnsNames }: CertificateFacts, now: Date): string {
  const [date = '', time = ''] = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').split('T');
  return plain(`${slot.id} ${commonName ?? dnsNames[0] ?? 'certificate'} ${date}-${time}`);
}

/** An apostrophe, as in the names of some CAs, is taken for an attack. */
function plain(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9 ._-]/g, '');
}

function isUnknownField(error: unknown): boolean {
  if (!(error instanceof ApplianceCallError) || error.status !== 400) return false;
  return /allow(RoleTransfer|PortalTagTransfer|WildCard)/i.test(error.evidence?.body ?? '');
}

function undecided(error: unknown): ApplianceCallError {
  if (error instanceof ApplianceCallError) return error;
  throw error;
}

/** What ISE said, and what is known to cause it. */
async function rejected(
  failure: ApplianceCallError,
  leaf: CertificateFacts,
  { rest }: IsePlace,
  signal: AbortSignal,
): Promise<AppError> {
  if (failure.code !== 'APPLIANCE_REFUSED') return failure;
  const twins = await rest.trustedCertificates(signal).then(
    (trusted) => twinsOf(trusted, leaf.commonName ?? leaf.dnsNames[0] ?? '', leaf.sha256),
    () => [],
  );
  const cause = twins.length > 0 ? ` ${twinWords(twins)}` : pathWords(failure.evidence?.body ?? '');
  const { evidence } = failure;
  return new AppError('APPLIANCE_REJECTED_CERTIFICATE', `${failure.message}${cause}`, { evidence, cause: failure });
}

function pathWords(said: string): string {
  if (!/certificate path/i.test(said)) return '';
  return ' The CA that issued it is not among the trusted certificates of ISE.';
}

/** Trusted certificates with the common name of the one that is to be bound: ISE refuses it while they are there. */
export function twinsOf(
  trusted: readonly TrustedCertificate[],
  commonName: string,
  sha256: string | null,
): readonly TrustedCertificate[] {
  return trusted.filter(
    ({ subject, sha256Fingerprint }) =>
      hasCommonName(subject, commonName) && (sha256 === null || fingerprintOf(sha256Fingerprint) !== sha256),
  );
}

export function twinWords(twins: readonly TrustedCertificate[]): string {
  const names = twins.map(({ friendlyName, id }) => `"${friendlyName ?? id}"`).join(', ');
  return `Among the trusted certificates, ${names} has the same common name and another serial number, which ISE does not take: delete it there when nothing needs it.`;
}

/** Looks a few times at once; a node that restarts is looked at again by the step. */
async function appears(place: IsePlace, slot: IseSlot, sha256: string, signal: AbortSignal): Promise<boolean> {
  for (let left = READ_BACKS; left > 0; left -= 1) {
    const seen = await holds(place, slot, sha256, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      if (error instanceof ApplianceCallError && error.code !== 'APPLIANCE_DENIED') return false;
      throw error;
    });
    if (seen) return true;
    if (left > 1) await sleep(place.clock, READ_BACK_EVERY_MS, signal);
  }
  return false;
}

/** Neither success nor failure: the step asks again, and `holds` then knows. */
function lookAgain({ settings }: IsePlace, slot: IseSlot, failure: ApplianceCallError | null): AppError {
  const answered = failure ? `did not answer the bind (${failure.message})` : 'took the certificate';
  const why = restartsNode(slot)
    ? 'its application server restarts, which takes 10 to 20 minutes and more'
    : 'it does not show it yet';
  return new AppError('APPLIANCE_BUSY', `ISE ${answered}; ${why}. It is asked again which certificate it holds.`, {
    retryAfterMs: restartsNode(slot) ? Math.min(LOOK_AGAIN_MS, settings.restartPatienceSeconds * 100) : undefined,
    evidence: failure?.evidence,
    cause: failure ?? undefined,
  });
}
