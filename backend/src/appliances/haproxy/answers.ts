import { AppError, type ErrorCode, type Evidence } from '../../domain/errors.ts';

/** What the Runtime API says, in its own words (https://docs.haproxy.org/2.6/management.html#9.3). */
export interface Answer {
  /** Without a payload. */
  readonly command: string;
  /** As it came; empty when HAProxy closed the connection without a word. */
  readonly text: string;
}

/** `show ssl cert` */
export interface Listed {
  /** The certificate that somebody has set and not committed yet: there is one transaction for the whole of HAProxy. */
  readonly transaction: string | null;
  /** Names of what is in memory: paths as the configuration gives them. */
  readonly names: readonly string[];
}

/** `show ssl cert NAME` */
export interface Held {
  /** Upper-case hex. */
  readonly sha1: string;
  readonly serial: string;
  /** False: no `bind` line uses it. */
  readonly isUsed: boolean;
}

/** @throws AppError APPLIANCE_FORBIDDEN, APPLIANCE_REFUSED or APPLIANCE_PROTOCOL */
export function readList(answer: Answer): Listed {
  const lines = linesOf(answer);
  // A version before 2.2 knows no such command, and says which it knows.
  if (!lines.includes('# filename')) throw failureOf(answer, 'has no list of its certificates (version 2.2 or later)');
  const entries = lines.filter((line) => !line.startsWith('#'));
  const transaction = entries.find((line) => line.startsWith('*'))?.slice(1) ?? null;
  return { transaction, names: entries.filter((line) => !line.startsWith('*')) };
}

/** Null when nothing of that name is in memory. @throws AppError like `readList` */
export function readHeld(answer: Answer): Held | null {
  if (answer.text.startsWith("Can't display the certificate: Not found")) return null;
  const fields = new Map(linesOf(answer).map((line) => splitField(line)));
  const serial = fields.get('Serial');
  const sha1 = fields.get('SHA1 FingerPrint');
  if (sha1 === undefined || serial === undefined) {
    // An empty store has a name and nothing else.
    if (fields.get('Status') === 'Empty') return null;
    throw failureOf(answer, 'does not tell what it has in memory');
  }
  return { sha1: sha1.toUpperCase(), serial: serial.toUpperCase(), isUsed: fields.get('Status') !== 'Unused' };
}

/** `show cli level` */
export function readLevel(answer: Answer): 'admin' | 'operator' | 'user' {
  const [level] = linesOf(answer);
  if (level === 'admin' || level === 'operator' || level === 'user') return level;
  throw failureOf(answer, 'does not say what this socket may do');
}

/** `show info`; null when it does not say. */
export function readVersion({ text }: Answer): string | null {
  return /^Version: (\S+)/m.exec(text)?.[1] ?? null;
}

/**
 * Whose transaction our certificate is in now, and whether it was begun for it. HAProxy 2.6 puts it into one that somebody
 * else began for another name meanwhile, and says so by naming that.
 *
 * @throws AppError APPLIANCE_REJECTED_CERTIFICATE and like `readList`
 */
export function readSet(answer: Answer): { readonly name: string; readonly isNew: boolean } {
  const [, how, name] = /^Transaction (created|updated) for certificate (.+)!$/m.exec(answer.text) ?? [];
  if (name !== undefined) return { name, isNew: how === 'created' };
  throw failureOf(answer, 'did not take the certificate', 'APPLIANCE_REJECTED_CERTIFICATE');
}

/** @throws AppError APPLIANCE_REJECTED_CERTIFICATE and like `readList` */
export function readCommit(answer: Answer): void {
  // Warnings may follow.
  if (linesOf(answer).includes('Success!') && !/Failed!|^Can't commit/m.test(answer.text)) return;
  throw failureOf(answer, 'did not put the certificate to use', 'APPLIANCE_REJECTED_CERTIFICATE');
}

/** For commands whose answer is not what it should be. `what` goes on after `HAProxy`. */
function failureOf(answer: Answer, what: string, otherwise: ErrorCode = 'APPLIANCE_PROTOCOL'): AppError {
  const { text, command } = answer;
  const [first = ''] = linesOf(answer);
  const evidence = evidenceOf(answer);
  if (text === '') {
    return new AppError('APPLIANCE_UNREACHABLE', `HAProxy closed the connection without an answer (${command}).`, {
      evidence,
    });
  }
  if (first.startsWith('Permission denied')) {
    const todo = 'Its socket needs "level admin" (stats socket).';
    return new AppError('APPLIANCE_FORBIDDEN', `HAProxy does not allow "${command}" at this socket. ${todo}`, {
      evidence,
    });
  }
  const code = first.startsWith('Unknown command') ? 'APPLIANCE_REFUSED' : otherwise;
  return new AppError(code, `HAProxy ${what}: ${first.slice(0, 200)}`, { evidence });
}

const EVIDENCE_CHARACTERS = 2000;

export function evidenceOf({ command, text }: Answer): Evidence {
  const body = text.trim().slice(0, EVIDENCE_CHARACTERS);
  return { request: command, ...(body === '' ? {} : { body }) };
}

function linesOf({ text }: Answer): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function splitField(line: string): readonly [string, string] {
  const colon = line.indexOf(':');
  return colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).trim()];
}
