import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { expectNoSecrets } from '../../test/support/leaks.ts';

const PROGRAM = fileURLToPath(new URL('../../test/support/crashing.ts', import.meta.url));
const PASSWORD = 'os-admin-9c41e7';

it.each(['rejection', 'exception'])('a process that ends by an unhandled %s says why, and no secret', async (how) => {
  const { status, printed } = await run(how);

  expect(status).toBe(1);
  expect(printed).toContain('ended by an error that nobody handled');
  expect(printed).toContain('Request failed');
  expect(printed).toContain('Authorization: ***');
  expectNoSecrets([{ where: 'the crash', content: printed }], {
    password: PASSWORD,
    'basic authentication': Buffer.from(`admin:${PASSWORD}`).toString('base64'),
  });
});

function run(how: string): Promise<{ readonly status: unknown; readonly printed: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', PROGRAM, how, PASSWORD], (error, out, err) =>
      resolve({ status: error?.code ?? 0, printed: `${out}${err}` }),
    );
  });
}
