import type { AcmeSettings } from './settings.ts';

/** CAs whose test directory takes an account of its own without further ado: https://letsencrypt.org/docs/staging-environment/ */
const TEST_DIRECTORIES: Readonly<Record<string, string>> = {
  'https://acme-v02.api.letsencrypt.org/directory': 'https://acme-staging-v02.api.letsencrypt.org/directory',
};

/** The settings to try the same CA with, where nothing counts; null where no such directory is known. */
export function atTestDirectory(settings: AcmeSettings): AcmeSettings | null {
  const { testDirectory, ...rest } = settings;
  const directory = testDirectory ?? TEST_DIRECTORIES[settings.directory];
  return directory === undefined || directory === settings.directory ? null : { ...rest, directory };
}
