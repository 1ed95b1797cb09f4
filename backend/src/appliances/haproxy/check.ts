import type { CertificateFacts } from '../../domain/certificate.ts';
import type { Finding } from '../../domain/finding.ts';
import type { FileHost } from '../../plugins/file-host.ts';
import { socketName } from '../../plugins/host-socket.ts';
import { fileFinding } from '../_hosts/host-checks.ts';
import { leafIn } from '../_hosts/key-files.ts';
import { attempt, blocked, ok, refused, skipped, type Topic, warned } from '../findings.ts';
import type { Held, Listed } from './answers.ts';
import { namesOf, sha1Of } from './install.ts';
import { RuntimeApi } from './runtime.ts';
import type { Haproxy } from './settings.ts';
import { SOURCES } from './sources.ts';

const RUNTIME: Topic = { id: 'haproxy.runtime', title: 'Runtime API', reference: SOURCES.socket };
const EXPOSED: Topic = { id: 'haproxy.exposed', title: 'Runtime API over TCP', reference: SOURCES.exposed };
const LOADED: Topic = { id: 'haproxy.loaded', title: 'Certificate in memory', reference: SOURCES.crt };
const FREE: Topic = {
  id: 'haproxy.transaction',
  title: 'Nobody else is changing a certificate',
  reference: SOURCES.set,
};
const SAME: Topic = { id: 'haproxy.file', title: 'After a restart', reference: SOURCES.api };

export async function haproxyFindings(
  host: FileHost,
  haproxy: Haproxy,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { pemFile: path, mode } = haproxy;
  const plan = { id: 'pem', title: 'Certificate file', path, mode, holdsKey: true };
  return [
    await fileFinding(host, plan, signal),
    ...exposedFindings(haproxy),
    ...(await runtimeFindings(host, haproxy, signal)),
  ];
}

/** Neither password nor encryption: the private key crosses the network in clear. */
function exposedFindings({ place, runtime }: Haproxy): readonly Finding[] {
  if ('path' in runtime || place.where === 'ssh' || /^(?:127\.[\d.]+|::1|localhost)$/.test(runtime.host)) return [];
  const answer = `Whoever reaches ${socketName(runtime)} controls HAProxy, and the private key goes there in clear.`;
  return [warned(EXPOSED, answer, 'Use the UNIX socket, over SSH when it is another host.')];
}

async function runtimeFindings(host: FileHost, haproxy: Haproxy, signal: AbortSignal): Promise<readonly Finding[]> {
  const runtime = new RuntimeApi(host, haproxy.runtime, haproxy.name);
  const skip = [LOADED, FREE, SAME].map((topic) => skipped(topic, 'HAProxy could not be asked.'));
  const asked = await attempt(async () => {
    const [level, version] = [await runtime.level(signal), await runtime.version(signal)];
    return { level, version };
  }, signal);
  if (!asked.ok) return [blocked(RUNTIME, asked.error), ...skip];
  const { level, version } = asked.value;
  const says = `HAProxy ${version ?? ''} answers at ${socketName(haproxy.runtime)}, with level ${level}`;
  if (level !== 'admin') {
    return [refused(RUNTIME, `${says}.`, 'Give the socket "level admin": stats socket … level admin.'), ...skip];
  }
  const looked = await attempt(async () => {
    const [listed, held] = [await runtime.list(signal), await runtime.held(signal)];
    return { listed, held, inFile: leafIn(await host.read(haproxy.pemFile, signal)) };
  }, signal);
  if (!looked.ok) return [ok(RUNTIME, `${says}.`), blocked(LOADED, looked.error), ...skip.slice(1)];
  const { listed, held, inFile } = looked.value;
  return [
    ok(RUNTIME, `${says}.`),
    loadedFinding(haproxy, listed, held),
    freeFinding(listed),
    sameFinding(haproxy, held, inFile),
  ];
}

function loadedFinding({ name }: Haproxy, { names }: Listed, held: Held | null): Finding {
  if (!names.includes(name)) {
    const todo =
      'Give the name as it is listed (nameInHaproxy). If the file is new, put a first certificate into it and reload HAProxy once.';
    return refused(LOADED, `HAProxy has no ${name} in memory, but ${namesOf(names)}.`, todo);
  }
  if (held === null) return ok(LOADED, `${name} is there, and empty.`);
  if (held.isUsed) return ok(LOADED, `${name} is there and used, with serial ${held.serial}.`);
  return warned(LOADED, `${name} is there, but no bind line uses it.`, 'Name it with crt in a bind line.');
}

function freeFinding({ transaction }: Listed): Finding {
  if (transaction === null) return ok(FREE, 'No transaction is open.');
  const todo = `Let them commit it, or end it with "abort ssl cert ${transaction}". Until then nothing is installed.`;
  return warned(FREE, `A transaction is open for ${transaction}.`, todo);
}

function sameFinding({ pemFile }: Haproxy, held: Held | null, inFile: CertificateFacts | null | 'unreadable'): Finding {
  if (inFile === null) return warned(SAME, `${pemFile} is not there yet.`, 'The renewal writes it.');
  if (inFile === 'unreadable') return warned(SAME, `${pemFile} holds no certificate.`, 'The renewal replaces it.');
  if (held?.sha1 === sha1Of(inFile.pem)) return ok(SAME, 'File and memory hold the same certificate.');
  const answer = `${pemFile} holds serial ${inFile.serial}, memory ${held?.serial ?? 'none'}.`;
  return warned(SAME, answer, 'A restart of HAProxy would change the certificate. A renewal makes both the same.');
}
