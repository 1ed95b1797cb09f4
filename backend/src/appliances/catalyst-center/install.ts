import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { type CertificateChain, sha256OfPem } from '../../domain/certificate.ts';
import { AppError } from '../../domain/errors.ts';
import type { Secret } from '../../domain/secret.ts';
import { sleep } from '../../plugins/clock.ts';
import { TransportError } from '../../plugins/http.ts';
import type { Clock } from '../../plugins/plugin.ts';
import type { TlsDialer, TlsEndpoint } from '../../plugins/tls.ts';
import { ApplianceCallError } from '../_boxes/appliance-call.ts';
import type { InstallReceipt, KeyMaterial } from '../driver.ts';
import type { CatalystRest, TaskEnd } from './rest.ts';
import type { CatalystSettings } from './settings.ts';

export interface Center {
  readonly rest: CatalystRest;
  readonly dialer: TlsDialer;
  readonly clock: Clock;
  readonly name: string;
  readonly settings: CatalystSettings;
  readonly endpoints: readonly TlsEndpoint[];
}

/**
 * See `ApplianceDriver.install`. No call reads a certificate back, so what the endpoints serve stands for what is held. A task
 * that ended well counts as installed also when the web server takes longer: the verification waits for it.
 */
export async function uploadWithKey(
  center: Center,
  chain: CertificateChain,
  material: KeyMaterial,
  signal: AbortSignal,
): Promise<InstallReceipt> {
  const sha256 = sha256OfPem(chain.leafPem);
  const key = keyFor(chain.leafPem, material);
  if (await serves(center, sha256, signal)) return { changed: false, sha256 };
  const end = await upload(center, chain, key, signal);
  if (end instanceof AppError && end.code === 'APPLIANCE_REJECTED_CERTIFICATE') throw end;
  if ((await comesToServe(center, sha256, signal)) || end === null) return { changed: true, sha256 };
  throw end;
}

/** @throws AppError CERTIFICATE_MISMATCH before anything is sent */
function keyFor(leafPem: string, material: KeyMaterial): Secret {
  if (material.held !== 'certferry') throw new AppError('KEY_MISSING', 'Catalyst Center needs the private key.');
  const spki = (key: ReturnType<typeof createPublicKey>) => key.export({ type: 'spki', format: 'der' });
  const held = spki(createPublicKey(createPrivateKey(material.pem.reveal())));
  if (held.equals(spki(new X509Certificate(leafPem).publicKey))) return material.pem;
  throw new AppError('CERTIFICATE_MISMATCH', 'The certificate is for another key than the one that is handed over.');
}

/** Null: the task ended well. An error otherwise, which is final only when the certificate was refused. */
async function upload(
  center: Center,
  chain: CertificateChain,
  key: Secret,
  signal: AbortSignal,
): Promise<AppError | null> {
  const { rest, settings, name } = center;
  // The root is left out: clients have it.
  const chainPem = [chain.leafPem, ...chain.intermediatesPem].join('');
  try {
    const taskId = await rest.upload(chainPem, key, settings.use, signal);
    const end = taskId === null ? null : await endOf(center, taskId, signal);
    if (end?.ok) return null;
    if (end) return rejected(`${name} could not install the certificate: ${end.reason}`, end.reason);
    return new AppError('APPLIANCE_BUSY', `${name} took the certificate, and nobody can say yet what became of it.`);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ApplianceCallError)) throw error;
    if (error.code === 'APPLIANCE_REFUSED') return rejected(error.message, error.evidence?.body, error);
    // It restarts by itself, and may do so while it is asked for the task.
    if (error.isUndecided || error.code === 'APPLIANCE_NOT_TRUSTED') {
      const options = { evidence: error.evidence, cause: error };
      return new AppError(
        'APPLIANCE_BUSY',
        `${error.message} Whether it has the certificate is looked at again.`,
        options,
      );
    }
    throw error;
  }
}

function rejected(message: string, body: string | undefined, cause?: unknown): AppError {
  const evidence = { request: 'POST /dna/intent/api/v1/certificate', ...(body ? { body } : {}) };
  return new AppError('APPLIANCE_REJECTED_CERTIFICATE', message, { evidence, cause });
}

/** Null: nobody knows. Also when it stops answering, because it restarts by itself. */
async function endOf({ rest, clock, settings }: Center, taskId: string, signal: AbortSignal): Promise<TaskEnd> {
  const deadline = clock.now().getTime() + settings.taskPatienceSeconds * 1000;
  for (;;) {
    const end = await rest.task(taskId, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      if (error instanceof ApplianceCallError && (error.status === null || error.status >= 500))
        return 'silent' as const;
      throw error;
    });
    if (end === 'silent') return null;
    if (end || clock.now().getTime() >= deadline) return end;
    await sleep(clock, settings.taskPollSeconds * 1000, signal);
  }
}

async function comesToServe(center: Center, sha256: string, signal: AbortSignal): Promise<boolean> {
  const { clock, settings } = center;
  const deadline = clock.now().getTime() + settings.settleSeconds * 1000;
  for (;;) {
    if (await serves(center, sha256, signal)) return true;
    if (clock.now().getTime() >= deadline) return false;
    await sleep(clock, settings.taskPollSeconds * 1000, signal);
  }
}

async function serves({ endpoints, dialer }: Center, sha256: string, signal: AbortSignal): Promise<boolean> {
  const served = await Promise.all(endpoints.map((endpoint) => servedAt(endpoint, dialer, signal)));
  return served.every((one) => one?.sha256 === sha256);
}

/** Null: no handshake. */
export async function servedAt(endpoint: TlsEndpoint, dialer: TlsDialer, signal: AbortSignal) {
  try {
    return await dialer.served(endpoint, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof TransportError) return null;
    throw error;
  }
}
