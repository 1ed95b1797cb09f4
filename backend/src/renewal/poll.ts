import { sleep } from '../plugins/clock.ts';
import type { Clock } from '../plugins/plugin.ts';

/** Milliseconds between looks: fast at first, then slower, so that a quick peer is not waited for. */
const FIRST_PAUSE_MS = 150;
const LONGEST_PAUSE_MS = 1_500;
const GROWTH = 1.4;

/** Calls `look` until it gives a value, and once more when the deadline has passed; then null. */
export async function pollUntil<T>(
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  deadline: Date,
  look: () => Promise<T | null>,
): Promise<T | null> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * GROWTH, LONGEST_PAUSE_MS)) {
    const seen = await look();
    if (seen !== null) return seen;
    const left = deadline.getTime() - clock.now().getTime();
    if (left <= 0) return null;
    await sleep(clock, Math.min(pause, left), signal);
  }
}
