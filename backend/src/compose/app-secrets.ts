import type { Secrets } from '../config/secrets.ts';

/** The secrets of the installation that the daemon is made with. */
export type AppSecrets = Pick<Secrets, 'masterKey' | 's3SecretAccessKey'> &
  Partial<Pick<Secrets, 'accessToken' | 'heartbeatUrl'>>;
