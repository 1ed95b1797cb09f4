import { AppError } from '../../domain/errors.ts';
import { Secret } from '../../domain/secret.ts';

export interface Account {
  readonly user: string;
  readonly password: Secret;
}

/**
 * Accounts by node: lines of `host user password`. The password is everything after the one blank behind the user, to the
 * end of the line, so it may hold blanks, quotes and `#`.
 *
 * @throws AppError INVALID_SETTINGS with the number of the line, never with what it says.
 */
export function parseNodeCredentials(text: Secret): ReadonlyMap<string, Account> {
  const accounts = new Map<string, Account>();
  for (const [index, line] of text.reveal().split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const [, host, user, password] = /^\s*(\S+)[ \t]+(\S+)[ \t](.+)$/.exec(line) ?? [];
    if (!host || !user || !password) {
      throw new AppError(
        'INVALID_SETTINGS',
        `Accounts of nodes: line ${index + 1} is not an address, a user and a password.`,
      );
    }
    accounts.set(host.toLowerCase(), { user, password: new Secret(password) });
  }
  return accounts;
}
