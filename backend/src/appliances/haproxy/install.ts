import { X509Certificate } from 'node:crypto';
import type { CertificateChain } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import type { FileHost, Replacement } from '../../plugins/file-host.ts';
import { receiptOf } from '../_hosts/file-target.ts';
import { keyFilesOf, leafIn } from '../_hosts/key-files.ts';
import type { InstallReceipt, KeyMaterial } from '../driver.ts';
import { RuntimeApi } from './runtime.ts';
import type { Haproxy } from './settings.ts';

interface Given {
  readonly chain: CertificateChain;
  readonly key: KeyMaterial;
}

/**
 * The file first, then the memory: HAProxy does not look at the file while it runs, so until the commit nobody notices, and
 * after it a restart brings the same certificate.
 */
export async function install(
  host: FileHost,
  haproxy: Haproxy,
  { chain, key }: Given,
  signal: AbortSignal,
): Promise<InstallReceipt> {
  const { pemFile, mode, owner, keepOld, name } = haproxy;
  const { combined, certificate } = keyFilesOf(chain, key);
  const sha1 = sha1Of(chain.leafPem);
  const runtime = new RuntimeApi(host, haproxy.runtime, name);
  await makeWay(runtime, name, sha1, signal);
  const isHeld = (await runtime.held(signal))?.sha1 === sha1;
  const replacement = await host.replace([{ path: pemFile, content: combined, mode, owner }], signal);
  if (!isHeld) await orPutBack(replacement, () => exchange(runtime, { name, sha1, pem: combined }));
  await replacement.finish(keepOld);
  if ((await runtime.held(signal))?.sha1 !== sha1) {
    throw new AppError('APPLIANCE_PROTOCOL', 'HAProxy took the certificate, but has another one in memory.');
  }
  const found = leafIn(await host.read(pemFile, signal));
  return receiptOf(leafIn(certificate), found, !isHeld || replacement.changed);
}

/** Upper-case hex, as HAProxy prints it. */
export function sha1Of(pem: string): string {
  return new X509Certificate(pem).fingerprint.replaceAll(':', '');
}

const LISTED = 20;

/** `a, b and 7 more` */
export function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, LISTED).join(', ');
  if (shown === '') return 'nothing';
  return names.length > LISTED ? `${shown} and ${names.length - LISTED} more` : shown;
}

/** @throws AppError APPLIANCE_REFUSED when HAProxy does not know the certificate; APPLIANCE_BUSY while somebody else changes one */
async function makeWay(runtime: RuntimeApi, name: string, sha1: string, signal: AbortSignal): Promise<void> {
  const { names, transaction } = await runtime.list(signal);
  if (!names.includes(name)) {
    const todo =
      'Give the name as it is listed (nameInHaproxy). If the file is new, put a first certificate into it and reload HAProxy once.';
    throw new AppError('APPLIANCE_REFUSED', `HAProxy has no ${name} in memory, but ${namesOf(names)}. ${todo}`);
  }
  if (transaction === null) return;
  const isOurs = transaction === name && (await runtime.pending(signal))?.sha1 === sha1;
  if (!isOurs) throw busy(transaction);
  await runtime.abort(signal);
}

function busy(transaction: string): AppError {
  const todo = `Let them commit it, or end it with "abort ssl cert ${transaction}".`;
  return new AppError('APPLIANCE_BUSY', `Somebody else is changing ${transaction} in HAProxy. ${todo}`);
}

interface Exchange {
  readonly name: string;
  readonly sha1: string;
  readonly pem: Secret;
}

/** Past the replacement nothing is given up half way: each command ends by its own time. */
const UNTIL_ITS_END = new AbortController().signal;

/** @throws AppError after which HAProxy has what it had before; APPLIANCE_UNREACHABLE when nobody can say */
async function exchange(runtime: RuntimeApi, { name, sha1, pem }: Exchange): Promise<void> {
  const set = await runtime.set(pem, UNTIL_ITS_END);
  if (!set.isNew || set.name !== name) {
    // Our certificate stands where theirs stood. Whoever commits now must not put it to use for them.
    await runtime.abort(UNTIL_ITS_END, set.name);
    throw busy(set.name);
  }
  try {
    await runtime.commit(UNTIL_ITS_END);
  } catch (cause) {
    if (AppError.from(cause).code !== 'APPLIANCE_UNREACHABLE') {
      await runtime.abort(UNTIL_ITS_END);
      throw cause;
    }
    if ((await runtime.held(UNTIL_ITS_END))?.sha1 !== sha1) throw cause;
  }
}

/** After a lost connection nobody knows which of the two HAProxy has; the next run looks. */
async function orPutBack(replacement: Replacement, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (AppError.from(cause).code !== 'APPLIANCE_UNREACHABLE') await replacement.undo();
    throw cause;
  }
}
