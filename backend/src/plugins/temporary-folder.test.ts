import { rm, stat } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { makeTemporaryFolder } from './temporary-folder.ts';

it('is read by nobody else', async () => {
  const folder = await makeTemporaryFolder('certferry-test-');
  const { mode } = await stat(folder);

  await rm(folder, { recursive: true });

  expect(mode & 0o777).toBe(0o700);
});

it('says what to do where none can be made', async () => {
  const making = makeTemporaryFolder('certferry-test-', '/proc/no-such-folder');

  await expect(making).rejects.toMatchObject({
    code: 'INVALID_SETTINGS',
    message: expect.stringMatching(
      /^No temporary folder can be made in \/proc\/no-such-folder .*TMPDIR.*--tmpfs \/tmp/,
    ),
  });
});
