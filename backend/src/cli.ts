#!/usr/bin/env node
import { createProgram } from './cli/program.ts';
import { reportError } from './cli/report-error.ts';
import { processEnv } from './config/env.ts';

const program = createProgram(processEnv(), process.stdout, (status) => {
  process.exitCode = status;
});
try {
  await program.parseAsync();
} catch (err) {
  process.exitCode = reportError(err, process.stderr);
}
