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
    case 'validated':
      return {
        message: 'The test directory of the CA validated every name and issued a certificate. Nothing of it is kept.',
        oldStillServed: null,
      };
    case 'installed-not-served':
      return {
        message: `The new certificate is installed, but not seen served everywhere. ${failure?.message ?? ''}`.trim(),
        oldStillServed: stillOld(facts.served, facts),
      };
    case 'failed':
    case 'cancelled': {
      const oldStillServed = committed ? stillOld(facts.aftermath, facts) : allAnswer(facts.aftermath);
      const cause = sentence(failure?.message ?? 'Failed');
      return { message: `${cause} ${SERVICE[String(oldStillServed)]}`, oldStillServed };
    }
  }
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

function issuedMessage({ chain }: Partial<Facts>): string {
  if (!chain) return 'Issued';
  const { sha256, notAfter } = readCertificate(chain.leafPem);
  return `Kept in accounts/, not installed: ${shortFingerprint(sha256)}, valid until ${notAfter.slice(0, 10)}. The next renewal installs it.`;
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
