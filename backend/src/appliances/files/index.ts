import { KEY_KINDS } from '../../domain/key-kind.ts';
import { ONLY_SLOT } from '../_hosts/key-files.ts';
import { restartBySettings } from '../_hosts/target-fields.ts';
import type { AppliancePlugin } from '../driver.ts';
import { createFilesDriver, filesSettings, readTarget } from './driver.ts';

export const files: AppliancePlugin<typeof filesSettings> = {
  id: 'files',
  title: 'Files on this host',
  summary: 'Key and certificate as PEM files where certferry runs, and a command that makes a service take them.',
  group: 'Files and your own agents',
  since: '0.1.0',
  links: {
    product: 'https://www.rfc-editor.org/rfc/rfc7468',
    api: 'https://pubs.opengroup.org/onlinepubs/9799919799/functions/rename.html',
  },
  settings: filesSettings,
  slots: [ONLY_SLOT],
  takesKey: KEY_KINDS,
  reloads: true,
  caveats: [
    {
      text: 'Each file is replaced in one go, several files are replaced one after the other: a service that starts within these milliseconds may read the new key with the old certificate. It then fails to start or to reload; one file for all does not have this.',
      link: 'https://pubs.opengroup.org/onlinepubs/9799919799/functions/rename.html',
    },
    {
      text: 'A symbolic link is neither followed nor replaced: give the path that it leads to. Links among the folders are followed.',
      link: 'https://man7.org/linux/man-pages/man7/symlink.7.html',
    },
    {
      text: 'A unit of systemd that is hardened (ProtectSystem, PrivateUsers, NoNewPrivileges), as ours is, can write nowhere but in its own folders and gains nothing by sudo: reach the own host over SSH instead.',
      link: 'https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#ProtectSystem=',
    },
  ],
  usesOwnHost: () => true,
  verify: readTarget,
  restartOf: (_slot, settings) => restartBySettings(settings),
  create: createFilesDriver,
};
