/** The last of those who wait, by key. One for the process: every renewal has providers of its own. */
const lasts = new Map<string, Promise<void>>();

/**
 * Runs `act` when everybody who came earlier with the same key is done, however that ended. Waiting ends with the
 * signal's reason; `act` looks at the signal itself.
 */
export async function inTurn<Result>(key: string, act: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted();
  const { promise: over, resolve: leave } = deferred();
  const previous = lasts.get(key) ?? Promise.resolve();
  const last = previous.then(() => over);
  lasts.set(key, last);
  try {
    await unlessAborted(previous, signal);
    return await act();
  } finally {
    leave();
    if (lasts.get(key) === last) lasts.delete(key);
  }
}

async function unlessAborted(wait: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: aborted, resolve: abort } = deferred();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([wait, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
  signal.throwIfAborted();
}

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
