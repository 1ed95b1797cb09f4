import type { Clock } from '../../plugins/plugin.ts';
import type { AccessStore } from '../access.ts';
import { KyselyLoginAttempts, KyselyRecoveryCodes, KyselySessions } from './access-sessions.ts';
import { KyselyApiTokens } from './access-tokens.ts';
import { KyselyUsers } from './access-users.ts';
import type { Scope } from './scope.ts';

export class KyselyAccess implements AccessStore {
  readonly users: KyselyUsers;
  readonly sessions: KyselySessions;
  readonly tokens: KyselyApiTokens;
  readonly recoveryCodes: KyselyRecoveryCodes;
  readonly attempts: KyselyLoginAttempts;

  constructor(scope: Scope, clock: Clock) {
    this.users = new KyselyUsers(scope, clock);
    this.sessions = new KyselySessions(scope);
    this.tokens = new KyselyApiTokens(scope);
    this.recoveryCodes = new KyselyRecoveryCodes(scope);
    this.attempts = new KyselyLoginAttempts(scope);
  }
}
