import { KEY_KINDS } from '../../domain/key-kind.ts';
import { ONLY_SLOT } from '../_hosts/key-files.ts';
import { restartBySettings } from '../_hosts/target-fields.ts';
import type { AppliancePlugin } from '../driver.ts';
import { createSftpDriver, readTarget, sftpSettings } from './driver.ts';

export const sftp: AppliancePlugin<typeof sftpSettings> = {
  id: 'sftp',
  title: 'Files on another host (SFTP)',
  summary: 'Key and certificate as PEM files on a host with an SSH server, and a command there.',
  group: 'Files and your own agents',
  since: '0.1.0',
  links: {
    product: 'https://www.openssh.com/',
    api: 'https://datatracker.ietf.org/doc/html/draft-ietf-secsh-filexfer-02',
  },
  settings: sftpSettings,
  slots: [ONLY_SLOT],
  takesKey: KEY_KINDS,
  reloads: true,
  caveats: [
    {
      text: 'SFTP itself cannot rename over a file. OpenSSH and most others offer posix-rename@openssh.com; with one that does not, each file is missing for an instant.',
      link: 'https://github.com/openssh/openssh-portable/blob/master/PROTOCOL',
    },
    {
      text: 'Every SSH server hands a command to the login shell of the user. Arguments are quoted for a POSIX shell; accounts with csh, fish or PowerShell are not supported. A user who may use SFTP alone can have files, but no command.',
      link: 'https://man.openbsd.org/sshd.8#LOGIN_PROCESS',
    },
    {
      text: 'A command whose time is over may go on: OpenSSH passes signals on only to users other than root.',
      link: 'https://github.com/openssh/openssh-portable/blob/master/session.c',
    },
    {
      text: 'A symbolic link is neither followed nor replaced: give the path that it leads to. Links among the folders are followed.',
      link: 'https://man7.org/linux/man-pages/man7/symlink.7.html',
    },
  ],
  verify: readTarget,
  restartOf: (_slot, settings) => restartBySettings(settings),
  create: createSftpDriver,
};
