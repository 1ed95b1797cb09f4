import { plainEnvironment, runProgram } from '../../backend/src/plugins/run-program.ts';

/** Runs a program that does not end in time, and tells the outcome. */
const [, , file = '', ...args] = process.argv;
const run = { file, args, env: plainEnvironment(), timeoutMs: 100 };
const result = await runProgram(run, new AbortController().signal);
process.stdout.write(JSON.stringify(result));
