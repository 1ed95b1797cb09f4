const STOP_SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process the usual way. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const heard = () => {
      resolve();
      // Not at once: signal-exit, which files are written with, kills the process when it finds nobody else listening.
      // https://github.com/tapjs/signal-exit
      setImmediate(() => {
        for (const name of STOP_SIGNALS) process.removeListener(name, heard);
      });
    };
    for (const name of STOP_SIGNALS) process.on(name, heard);
  });
}
