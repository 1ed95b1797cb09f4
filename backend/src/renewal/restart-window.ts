import type { ActivationAction } from '../appliances/driver.ts';
import { AppError } from '../domain/errors.ts';
import { emergencyFrom } from '../windows/emergency.ts';
import type { Opening } from '../windows/openings.ts';
import type { WindowLook, Windows } from '../windows/stored-openings.ts';
import { openingWords } from '../windows/words.ts';
import type { Facts } from './facts.ts';

/** What is about to be restarted. */
export interface Restart {
  readonly target: Facts['target'];
  readonly actions: readonly ActivationAction[];
  /** ISO 8601: when the first of the certificates ends that are to be replaced; null when nobody could see one. */
  readonly notAfter: string | null;
  /** The certificate is not installed yet, because installing it restarts. */
  readonly isIssued?: boolean;
}

/** What the restart window says of the next node. */
export type Verdict =
  | { readonly kind: 'open'; readonly look: WindowLook | null }
  | { readonly kind: 'later'; readonly look: WindowLook; readonly opening: Opening; readonly until: Date }
  /** The window is closed, and the certificate that is served ends too soon to wait. */
  | { readonly kind: 'emergency'; readonly look: WindowLook; readonly mode: 'ask' | 'automatic' }
  /** No opening within the horizon of the arithmetic. */
  | { readonly kind: 'never'; readonly look: WindowLook }
  | { readonly kind: 'deleted' };

/** Openings to look through for one that is long enough. */
const LOOK_THROUGH = 100;

/** `seconds` is how long the restart of the next node takes. */
export async function judge(
  { target, notAfter }: Restart,
  seconds: number,
  windows: Windows,
  now: Date,
): Promise<Verdict> {
  const id = target.restartCalendar ?? null;
  if (id === null) return { kind: 'open', look: null };
  const look = await orDeleted(windows.look(id, now));
  if (look === null) return { kind: 'deleted' };
  const opening = await roomFor(look, seconds, windows);
  if (opening && opening.start <= now) return { kind: 'open', look };
  const policy = target.emergency ?? null;
  const emergency = emergencyFrom(notAfter, policy);
  if (policy && emergency && emergency <= now) return { kind: 'emergency', look, mode: policy.mode };
  if (!opening) return { kind: 'never', look };
  return { kind: 'later', look, opening, until: emergency && emergency < opening.start ? emergency : opening.start };
}

/** A renewal keeps the number of its calendar, and the connection may name another one since. */
async function orDeleted(look: Promise<WindowLook>): Promise<WindowLook | null> {
  try {
    return await look;
  } catch (err) {
    if (err instanceof AppError && err.code === 'NOT_FOUND') return null;
    throw err;
  }
}

/**
 * The opening that has room for the next node: the one that is open, if the node fits into what is left of it. Where none is long
 * enough, waiting for another one would not help.
 */
async function roomFor(
  { calendarId, opening }: WindowLook,
  seconds: number,
  windows: Windows,
): Promise<Opening | null> {
  let candidate = opening;
  for (let count = 0; candidate && count < LOOK_THROUGH; count += 1) {
    if (candidate.end.getTime() - candidate.start.getTime() >= seconds * 1000) return candidate;
    candidate = await windows.next(calendarId, candidate.end);
  }
  return opening;
}

/** Why it waits, for people. */
export function waitWords(
  { look, opening, until }: Extract<Verdict, { kind: 'later' }>,
  restart: Restart,
  now: Date,
): string {
  const { notAfter, target } = restart;
  const tooLate = notAfter !== null && Date.parse(notAfter) <= opening.start.getTime();
  const parts = [
    look.open
      ? `what is left of the restart window "${look.name}" is too short for the next node; the next one is ${openingWords(opening, look.zone, now)} ${look.zone}`
      : `the restart window "${look.name}" ${look.words}`,
    ...(tooLate ? [`that is after the certificate ends which is served now (${day(notAfter)})`] : []),
    ...(until < opening.start
      ? [
          `with less than ${target.emergency?.daysLeft} days left of what is served it ${target.emergency?.mode === 'ask' ? 'asks somebody' : 'goes on'} before that (${day(until.toISOString())})`,
        ]
      : []),
    'going on earlier restarts outside of the window',
  ];
  return parts.join('; ');
}

/** What a person is asked; it names every restart, and `remains` says what it does to the old certificate. */
export function question(verdict: Verdict, restart: Restart, remains: string): string {
  const lines = restart.actions.map(({ id, impact }) => `${id}: ${impact}`);
  const state = restart.isIssued ? 'issued, and installing it restarts' : 'installed';
  return `The certificate is ${state}. ${remains}. ${ASKS[verdict.kind](verdict as never, restart)}:\n${lines.join('\n')}`;
}

type Asks = {
  readonly [Kind in Verdict['kind']]: (verdict: Extract<Verdict, { kind: Kind }>, restart: Restart) => string;
};

const ASKS: Asks = {
  open: ({ look }) =>
    look ? `The restart window "${look.name}" ${look.words}. Say go to restart` : 'Say go to restart',
  later: ({ look }) => `Say go, and it restarts in the restart window "${look.name}", which ${look.words}`,
  emergency: (verdict, restart) => `${emergencyWords(verdict, restart)}. Say go to restart now, outside of the window`,
  never: ({ look }) => `The restart window "${look.name}" ${look.words}. Say go to restart outside of it`,
  deleted: () => 'The restart calendar was deleted, so nobody knows when a restart is allowed. Say go to restart now',
};

export function emergencyWords(
  { look }: Extract<Verdict, { kind: 'emergency' }>,
  { target, notAfter }: Restart,
): string {
  const ends = notAfter === null ? '' : ` (it ends ${day(notAfter)})`;
  return `Less than ${target.emergency?.daysLeft} days are left of the certificate that is served${ends}, and the restart window "${look.name}" ${look.words}`;
}

function day(instant: string): string {
  return instant.slice(0, 10);
}
