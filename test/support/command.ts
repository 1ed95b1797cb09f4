import { PassThrough } from 'node:stream';
import { createProgram } from '../../backend/src/cli/program.ts';

export interface Ran {
  readonly status: number;
  readonly output: string;
}

/** Runs a command as a script would: no terminal. */
export async function certferry(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ran> {
  const out = new PassThrough();
  const chunks: string[] = [];
  out.on('data', (chunk) => chunks.push(String(chunk)));
  let status = 0;
  // Commands write to it and ask whether it is a terminal, and no more.
  const program = createProgram(env, out as unknown as NodeJS.WriteStream, (given) => {
    status = given;
  });
  await program.parseAsync(args, { from: 'user' });
  return { status, output: chunks.join('') };
}
