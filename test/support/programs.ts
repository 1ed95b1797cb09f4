import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where Debian puts daemons; it is not in every user's PATH. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin'];

/**
 * Null when every program is there; otherwise a sentence that says what to install.
 * For `describe.skipIf(missing('named'))`: what cannot run is counted as skipped.
 */
export function missing(...programs: readonly string[]): string | null {
  const absent = programs.filter((program) => pathOf(program) === null);
  if (absent.length === 0) return null;
  return `needs ${absent.join(', ')}: on Debian, apt-get install ${absent.map(packageOf).join(' ')}`;
}

/** Absolute path of a program, or null. */
export function pathOf(program: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...SYSTEM_FOLDERS];
  return folders.map((folder) => join(folder, program)).find(isExecutable) ?? null;
}

function packageOf(program: string): string {
  const packages: Readonly<Record<string, string>> = {
    named: 'bind9',
    'tsig-keygen': 'bind9',
    pdns_server: 'pdns-server pdns-backend-sqlite3',
    'pebble-challtestsrv': 'pebble',
    sshd: 'openssh-server',
    dig: 'bind9-dnsutils',
    nsupdate: 'bind9-dnsutils',
    promtool: 'prometheus',
    'systemd-analyze': 'systemd',
  };
  return packages[program] ?? program;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
