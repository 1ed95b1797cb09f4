import { type CertificateChain, chainPems, sha256OfPem } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import { sleep } from '../../plugins/clock.ts';
import type { Clock } from '../../plugins/plugin.ts';
import type { TlsEndpoint } from '../../plugins/tls.ts';
import { ApplianceCallError } from '../_boxes/appliance-call.ts';
import { keyFilesOf, leafIn } from '../_hosts/key-files.ts';
import { shownAt } from '../_hosts/shown-at.ts';
import type { InstallReceipt, KeyMaterial } from '../driver.ts';
import type { Replacement, VcenterRest } from './rest.ts';
import type { VcenterSettings } from './settings.ts';

export interface Vcenter {
  readonly rest: VcenterRest;
  readonly clock: Clock;
  readonly name: string;
  readonly settings: VcenterSettings;
  readonly endpoints: readonly TlsEndpoint[];
}

/**
 * See `ApplianceDriver.install`. The services restart by themselves, so for minutes nobody may answer: what was accepted
 * counts as installed unless vCenter says afterwards that it holds another certificate.
 */
export async function replaceMachineCertificate(
  vcenter: Vcenter,
  chain: CertificateChain,
  material: KeyMaterial,
  signal: AbortSignal,
): Promise<InstallReceipt> {
  const sha256 = sha256OfPem(chain.leafPem);
  const { key } = keyFilesOf(chain, material);
  if ((await held(vcenter, signal)) === sha256) return { changed: false, sha256 };
  const trouble = await handOver(vcenter, { certPem: pemOf(chainPems(chain)), key, rootPem: rootOf(chain) }, signal);
  const seen = await seenWithin(vcenter, sha256, signal);
  if (seen === 'new' || (seen === 'nothing' && trouble === null)) return { changed: true, sha256 };
  if (trouble === null) throw keptAnother(vcenter);
  throw trouble.status === 500 && seen === 'other' ? rejected(trouble) : trouble;
}

/** Final: each further try would restart the services again. */
function keptAnother({ name }: Vcenter): AppError {
  const message = `${name} accepted the certificate, but holds another one.`;
  return new AppError('APPLIANCE_REJECTED_CERTIFICATE', message, {
    evidence: { request: 'GET the machine certificate' },
  });
}

/** What vCenter has to trust; null when the chain does not reach a root, which vCenter then has to trust already. */
function rootOf(chain: CertificateChain): string | null {
  return chain.rootPem === null ? null : pemOf(chainPems(chain).slice(1));
}

function pemOf(certificates: readonly string[]): string {
  return certificates.map((pem) => `${pem.trim()}\n`).join('');
}

/** Null: it was accepted. An error: nobody can say. @throws when it was refused */
async function handOver(vcenter: Vcenter, spec: Replacement, signal: AbortSignal): Promise<ApplianceCallError | null> {
  try {
    await vcenter.rest.replace(spec, signal);
    return null;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ApplianceCallError)) throw error;
    if (error.isUndecided) return error;
    if (spec.rootPem !== null && isTrustedAlready(error)) {
      return await handOver(vcenter, { ...spec, rootPem: null }, signal);
    }
    if (error.code === 'APPLIANCE_REFUSED') throw rejected(error);
    throw error;
  }
}

function isTrustedAlready({ evidence, status }: ApplianceCallError): boolean {
  return status === 400 && /^ALREADY_EXISTS\b/.test(evidence?.body ?? '');
}

function rejected(error: ApplianceCallError): AppError {
  const options = { ...(error.evidence ? { evidence: error.evidence } : {}), cause: error };
  return new AppError('APPLIANCE_REJECTED_CERTIFICATE', error.message, options);
}

/** `nothing`: it did not say before the time was over. Whoever serves the certificate holds it. */
async function seenWithin(vcenter: Vcenter, sha256: string, signal: AbortSignal): Promise<'new' | 'other' | 'nothing'> {
  const { clock, settings, endpoints } = vcenter;
  const deadline = clock.now().getTime() + settings.settleSeconds * 1000;
  for (;;) {
    const shown = await shownAt(endpoints, signal);
    if (shown.length === endpoints.length && shown.every((one) => one.sha256 === sha256)) return 'new';
    if (clock.now().getTime() >= deadline) break;
    await sleep(clock, settings.settlePollSeconds * 1000, signal);
  }
  const last = await held(vcenter, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    if (error instanceof AppError) return null;
    throw error;
  });
  if (last === null) return 'nothing';
  return last === sha256 ? 'new' : 'other';
}

/** SHA-256 of what vCenter says it holds; null when it does not say. */
async function held({ rest }: Vcenter, signal: AbortSignal): Promise<string | null> {
  const leaf = leafIn(await rest.machineCertificate(signal));
  return leaf === null || leaf === 'unreadable' ? null : leaf.sha256;
}
