import type { z } from 'zod';
import { AppError } from '../domain/errors.ts';
import { choice, type FieldMeta, list, port, secret, text } from './fields.ts';
import type { HostPlace, SshPlace } from './file-host.ts';

/** Settings fields for a login over SSH, the same in every plugin that has one. `when`: what they mean something with. */
export function sshFields(when: Pick<FieldMeta, 'onlyWith'> = {}) {
  return {
    host: text({
      title: 'Address',
      help: 'Host name or IP address of the SSH server, without a port.',
      example: 'web1.example.com',
      private: true,
      ...when,
    }).optional(),
    sshPort: port({ title: 'SSH port', advanced: true, ...when }).default(22),
    user: text({
      title: 'User',
      help: 'Needs to write the files, and to run the commands if there are any.',
      private: true,
      ...when,
    }).optional(),
    password: secret({ title: 'Password', help: 'When left out, the private key logs in.', ...when }).optional(),
    privateKey: secret({
      title: 'SSH private key',
      help: 'PEM, as in ~/.ssh/id_ed25519. Offered before the password.',
      ...when,
    }).optional(),
    passphrase: secret({ title: 'Passphrase', help: 'Of the private key, when it has one.', ...when }).optional(),
    sshHostKeys: list({
      title: 'SSH host keys',
      help: 'SHA-256 fingerprints as OpenSSH prints them. Without one certferry does not log in; the check shows the key it sees.',
      example: 'SHA256:…',
      ...when,
    }).default([]),
  };
}

/** Settings fields for this host or another one. */
export const hostFields = {
  where: choice(['local', 'ssh'], {
    title: 'Where',
    choices: { local: 'This host, where certferry runs', ssh: 'Another host, over SSH' },
  }).default('local'),
  ...sshFields({ onlyWith: { where: 'ssh' } }),
};

export type SshSettings = Readonly<z.output<z.ZodObject<ReturnType<typeof sshFields>>>>;
export type HostSettings = Readonly<z.output<z.ZodObject<typeof hostFields>>>;

/** Of settings with `hostFields`, as they were given: this host, unless they say otherwise. */
export function isOnOwnHost({ where }: Readonly<Record<string, unknown>>): boolean {
  return where !== 'ssh';
}

/** @throws AppError INVALID_SETTINGS when a field is missing that the login needs. */
export function hostPlaceOf(settings: HostSettings): HostPlace {
  return settings.where === 'local' ? { where: 'local' } : sshPlaceOf(settings);
}

/** @throws AppError INVALID_SETTINGS */
export function sshPlaceOf(settings: SshSettings): SshPlace {
  const { host, user, sshPort, password, privateKey, passphrase, sshHostKeys: hostKeys } = settings;
  if (!host) throw new AppError('INVALID_SETTINGS', 'Address (host): is missing.');
  if (!user) throw new AppError('INVALID_SETTINGS', 'User (user): is missing.');
  if (!password && !privateKey) {
    throw new AppError('INVALID_SETTINGS', 'Password (password): is missing; or give a private key.');
  }
  const login = { ...(password && { password }), ...(privateKey && { privateKey }), ...(passphrase && { passphrase }) };
  return { where: 'ssh', host, port: sshPort, user, ...login, hostKeys };
}
