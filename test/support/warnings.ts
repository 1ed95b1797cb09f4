/** The warnings of Node that come while `work` goes on. */
export async function warningsDuring(work: () => Promise<unknown>): Promise<readonly string[]> {
  const names: string[] = [];
  const heard = (warning: Error) => names.push(warning.name);
  process.on('warning', heard);
  try {
    await work();
    // They come one turn later.
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off('warning', heard);
  }
  return names;
}
