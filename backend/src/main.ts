import { reportError } from './cli/report-error.ts';
import { serve } from './cli/serve.ts';
import { processEnv } from './config/env.ts';

try {
  await serve(processEnv(), process.stdout);
} catch (err) {
  process.exitCode = reportError(err, process.stderr);
}
