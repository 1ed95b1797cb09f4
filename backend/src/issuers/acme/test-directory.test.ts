import { describe, expect, it } from 'vitest';
import { type AcmeSettings, settings } from './settings.ts';
import { atTestDirectory } from './test-directory.ts';

const LETS_ENCRYPT = 'https://acme-v02.api.letsencrypt.org/directory';

function given(change: Partial<AcmeSettings>): AcmeSettings {
  return settings.parse({ directory: LETS_ENCRYPT, profile: 'classic', ...change });
}

describe('atTestDirectory', () => {
  it('knows the staging environment of Let’s Encrypt, and keeps everything else', () => {
    expect(atTestDirectory(given({}))).toMatchObject({
      directory: 'https://acme-staging-v02.api.letsencrypt.org/directory',
      profile: 'classic',
    });
  });

  it('prefers what a person says', () => {
    const testDirectory = 'https://ca.example.com/test/directory';

    expect(atTestDirectory(given({ testDirectory }))).toMatchObject({ directory: testDirectory });
  });

  it.each([
    ['a CA that it does not know', { directory: 'https://ca.example.com/directory' }],
    ['a CA that is itself the test', { testDirectory: LETS_ENCRYPT }],
  ])('is null for %s', (_, change) => {
    expect(atTestDirectory(given(change))).toBeNull();
  });
});
