import { readCertificate } from '../domain/certificate.ts';
import { count } from '../domain/words.ts';
import type { Facts, ServedEndpoint } from './facts.ts';
import type { MachineContext, Outcome } from './machine.ts';
import { shortFingerprint } from './steps/look.ts';

/** How a renewal ended, for people. */
export interface Conclusion {
  readonly message: string;
  /** Whether every endpoint still serves what it served before; null when that could not be seen or means nothing. */
  readonly oldStillServed: boolean | null;
}

export function conclude(
  outcome: Outcome,
  facts: Partial<Facts>,
  { failure, note, committed }: MachineContext,
): Conclusion {
  switch (outcome) {
    case 'verified':
      return { message: verifiedMessage(facts), oldStillServed: false };
    case 'not-due':
      return { message: note ?? facts.due?.message ?? 'Not due', oldStillServed: null };
    case 'issued':
      return { message: issuedMessage(facts), oldStillServed: null };
    case 'kept':
      return { message: keptMessage(facts), oldStillServed: null };
    case 'validated':
      return {
        message: 'The test directory of the CA validated every name and issued a certificate. Nothing of it is kept.',
        oldStillServed: null,
      };
    case 'installed-not-served':
      return {
        message: [notServedMessage(facts), failure?.message, note]
          .filter(Boolean)
          .map((one) => sentence(one ?? ''))
          .join(' '),
        oldStillServed: stillOld(facts.restored?.served.length ? facts.restored.served : facts.served, facts),
      };
    case 'rolled-back':
      return { message: rolledBackMessage(facts, failure?.message ?? ''), oldStillServed: true };
    case 'failed':
    case 'cancelled': {
      const oldStillServed = committed ? stillOld(facts.aftermath, facts) : allAnswer(facts.aftermath);
      const cause = sentence(failure?.message ?? 'Failed');
      if (facts.target?.goal === 'keep') return { message: `${cause} ${whatIsKept(facts)}`, oldStillServed: null };
      const fallback = facts.target?.goal === 'fallback' ? 'No fallback certificate is ready. ' : '';
      return { message: `${cause} ${fallback}${SERVICE[String(oldStillServed)]}`, oldStillServed };
    }
  }
}

/** Once the host was given the old certificate again, nobody should look for the new one there. */
function notServedMessage({ restored }: Partial<Facts>): string {
  if (restored?.installed) return 'The new certificate was not seen served everywhere, and neither is the old one.';
  return 'The new certificate is installed, but not seen served everywhere.';
}

function rolledBackMessage({ restored }: Partial<Facts>, failure: string): string {
  const { sha256 = '', notAfter = '', served = [] } = restored ?? {};
  const back = `The old certificate (${shortFingerprint(sha256)}, valid until ${notAfter.slice(0, 10)}) was put back`;
  const all = `${served.length} of ${count(served.length, 'endpoint')}`;
  return `The new certificate was not seen served everywhere. ${sentence(failure)} ${back} and is served again on ${all}.`;
}

const SERVICE: Readonly<Record<string, string>> = {
  true: 'The old certificate is still served everywhere.',
  false: 'The old certificate is no longer served everywhere: look at the endpoints.',
  null: 'What is served now could not be seen.',
};

function verifiedMessage({ served = [], chain }: Partial<Facts>): string {
  const all = `${served.length} of ${count(served.length, 'endpoint')}`;
  if (!chain) return `Served on ${all}`;
  const { sha256, notAfter } = readCertificate(chain.leafPem);
  return `Served on ${all}: ${shortFingerprint(sha256)}, valid until ${notAfter.slice(0, 10)}`;
}

function issuedMessage({ chain, target }: Partial<Facts>): string {
  if (!chain) return 'Issued';
  const { sha256, notAfter } = readCertificate(chain.leafPem);
  if (target?.goal === 'fallback')
    return `Kept ready as a fallback, not installed: ${shortFingerprint(sha256)}, valid until ${notAfter.slice(0, 10)}`;
  return `Kept in accounts/, not installed: ${shortFingerprint(sha256)}, valid until ${notAfter.slice(0, 10)}. The next renewal installs it.`;
}

function keptMessage({ chain }: Partial<Facts>): string {
  if (!chain) return 'Kept for download';
  const { sha256, notAfter } = readCertificate(chain.leafPem);
  return `Kept for download: ${shortFingerprint(sha256)}, valid until ${notAfter.slice(0, 10)}`;
}

function whatIsKept({ installed }: Partial<Facts>): string {
  if (!installed || installed === 'unreadable') return 'There is no certificate to download yet.';
  return `The certificate before can still be downloaded; it is valid until ${installed.notAfter.slice(0, 10)}.`;
}

/** Before the hand-over nothing was touched: whatever an endpoint serves is the old certificate. */
function allAnswer(now: readonly ServedEndpoint[] | undefined): true | null {
  return now && now.length > 0 && now.every(({ sha256 }) => sha256 !== null) ? true : null;
}

function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

function stillOld(now: readonly ServedEndpoint[] | undefined, { before = [] }: Partial<Facts>): boolean | null {
  if (!now || now.length === 0 || before.length === 0) return null;
  if (now.some(({ sha256 }) => sha256 === null)) return null;
  const earlier = new Map(before.map(({ endpoint, sha256 }) => [keyOf(endpoint), sha256]));
  return now.every(({ endpoint, sha256 }) => earlier.get(keyOf(endpoint)) === sha256);
}

function keyOf({ host, port }: ServedEndpoint['endpoint']): string {
  return `${host}:${port}`;
}
