import type { Clock } from '../../plugins/plugin.ts';
import type { NotifyTables } from '../notify.ts';
import { KyselyMatters } from './matters.ts';
import { KyselyNotices } from './notices.ts';
import { KyselyRules } from './notification-rules.ts';
import { KyselyNotifiers } from './notifiers.ts';
import type { Scope } from './scope.ts';

export function notifyOver(scope: Scope, clock: Clock): NotifyTables {
  return {
    notifiers: new KyselyNotifiers(scope, clock),
    rules: new KyselyRules(scope, clock),
    notices: new KyselyNotices(scope, clock),
    matters: new KyselyMatters(scope),
  };
}
