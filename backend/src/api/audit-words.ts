import { z } from 'zod';
import { FILE_FORMATS, FILE_KINDS } from '../certificates/formats.ts';
import type { AuditedEvent } from '../store/audit-events.ts';

/** What a route does, for the audit. */
export interface AuditWords {
  /** `connection.change`: what filters name. Never renamed. */
  readonly action: string;
  /** Completes "anna …". */
  readonly words: string;
  /** With the parameters of the path put in: `connection :id`. An event of the change says it better. */
  readonly subject?: string;
  /** What takes their place for some bodies; a body comes as it was sent. */
  readonly instead?: (body: unknown) => Pick<AuditWords, 'action' | 'words'> | null;
  /** Fields of the body whose values are written down. Of the others only the names are: they may hold secrets. */
  readonly keeps?: readonly string[];
}

const CONNECTION = ['name', 'slot', 'dnsNames', 'policy', 'version', 'draft'];
const CALENDAR = ['name', 'zone', 'openings', 'freezes', 'version'];
const ACCOUNT = ['name', 'preset', 'plugin', 'version'];

const KEY_DOWNLOAD = { action: 'certificate.key-download', words: 'downloaded a private key' };

/** Of a download in one of `FILE_FORMATS`. */
function asksForKey(body: unknown): boolean {
  const { format } = z.object({ format: z.enum(FILE_FORMATS) }).safeParse(body).data ?? {};
  return format !== undefined && FILE_KINDS[format].hasKey;
}

/** Shared issuers and DNS accounts have the same routes. */
function accountRoutes(path: string, kind: string, what: string): Readonly<Record<string, AuditWords>> {
  const subject = `${what} :account`;
  return {
    [`POST /api/v1/${path}`]: { action: `${kind}.add`, words: `added a ${what}`, keeps: ACCOUNT },
    [`POST /api/v1/${path}/test`]: { action: `${kind}.test`, words: `tested a ${what}`, keeps: ACCOUNT },
    [`POST /api/v1/${path}/:account/test`]: { action: `${kind}.test`, words: `tested a ${what}`, subject },
    [`PUT /api/v1/${path}/:account`]: { action: `${kind}.change`, words: `changed a ${what}`, subject, keeps: ACCOUNT },
    [`DELETE /api/v1/${path}/:account`]: { action: `${kind}.remove`, words: `removed a ${what}`, subject },
  };
}

/**
 * Every route that changes something or does something outside, and those with which something is taken away. A test asks for
 * words for every route that is not a GET.
 */
export const AUDITED: Readonly<Record<string, AuditWords>> = {
  'POST /api/v1/session': { action: 'session.login', words: 'logged in' },
  'DELETE /api/v1/session': { action: 'session.logout', words: 'logged out' },
  'PUT /api/v1/session/password': { action: 'session.password', words: 'changed their password' },
  'DELETE /api/v1/session/sessions': { action: 'session.end', words: 'ended their other sessions' },
  'DELETE /api/v1/session/sessions/:id': { action: 'session.end', words: 'ended a session', subject: 'session :id' },
  'POST /api/v1/session/totp': { action: 'session.second-factor', words: 'began to set up a second factor' },
  'PUT /api/v1/session/totp': { action: 'session.second-factor', words: 'set up a second factor' },
  'DELETE /api/v1/session/totp': { action: 'session.second-factor', words: 'removed their second factor' },
  'POST /api/v1/session/totp/recovery-codes': { action: 'session.second-factor', words: 'made recovery codes' },
  'GET /api/v1/session/oidc/callback': { action: 'session.login', words: 'logged in by single sign-on' },
  'POST /api/v1/setup': { action: 'session.set-up', words: 'became the first administrator' },

  'POST /api/v1/users': { action: 'user.add', words: 'added a user', keeps: ['name', 'role', 'scope'] },
  'PATCH /api/v1/users/:id': {
    action: 'user.change',
    words: 'changed a user',
    subject: 'user :id',
    keeps: ['role', 'scope', 'disabled'],
  },
  'DELETE /api/v1/users/:id': { action: 'user.remove', words: 'removed a user', subject: 'user :id' },
  'PUT /api/v1/users/:id/password': { action: 'user.password', words: 'reset a password', subject: 'user :id' },
  'DELETE /api/v1/users/:id/totp': {
    action: 'user.second-factor',
    words: 'removed the second factor of a user',
    subject: 'user :id',
  },
  'POST /api/v1/tokens': {
    action: 'token.add',
    words: 'made an API token',
    keeps: ['name', 'role', 'connectionIds', 'expiresInDays'],
  },
  'POST /api/v1/tokens/:id/successor': {
    action: 'token.replace',
    words: 'replaced an API token',
    subject: 'API token :id',
    keeps: ['oldUntil', 'expiresInDays'],
  },
  'DELETE /api/v1/tokens/:id': { action: 'token.revoke', words: 'revoked an API token', subject: 'API token :id' },
  'PUT /api/v1/access/policy': {
    action: 'access.policy',
    words: 'changed what logins need',
    keeps: ['secondFactorFor'],
  },
  'PUT /api/v1/access/sso': { action: 'access.sso', words: 'set up single sign-on' },
  'DELETE /api/v1/access/sso': { action: 'access.sso', words: 'turned single sign-on off' },
  'POST /api/v1/access/sso/test': { action: 'access.sso-test', words: 'tested single sign-on' },

  'POST /api/v1/connections': { action: 'connection.add', words: 'added a connection', keeps: CONNECTION },
  'PUT /api/v1/connections/:id': {
    action: 'connection.change',
    words: 'changed a connection',
    subject: 'connection :id',
    keeps: CONNECTION,
  },
  'PUT /api/v1/connections/:id/owner': {
    action: 'connection.owner',
    words: 'gave a connection to somebody',
    subject: 'connection :id',
    keeps: ['ownerId'],
  },
  'DELETE /api/v1/connections/:id': {
    action: 'connection.remove',
    words: 'removed a connection',
    subject: 'connection :id',
  },
  'POST /api/v1/connections/:id/preflight': {
    action: 'connection.dry-run',
    words: 'made a dry run',
    subject: 'connection :id',
    keeps: ['writeTestRecord'],
  },
  'POST /api/v1/connections/preflight': {
    action: 'connection.dry-run',
    words: 'made a dry run of what is not saved',
    keeps: ['connectionId', 'slot', 'dnsNames'],
  },
  'GET /api/v1/connections/export': { action: 'connection.export', words: 'exported connections' },
  'POST /api/v1/connections/export': { action: 'connection.export', words: 'exported connections with their secrets' },
  'POST /api/v1/connections/import': { action: 'connection.import', words: 'imported connections', keeps: ['dryRun'] },
  'POST /api/v1/connections/:id/renewals': {
    action: 'renewal.start',
    words: 'started a renewal',
    subject: 'connection :id',
    keeps: ['goal', 'activation', 'issuer', 'useFallback'],
  },
  'POST /api/v1/renewals/:id/cancel': {
    action: 'renewal.cancel',
    words: 'cancelled a renewal',
    subject: 'renewal :id',
  },
  'POST /api/v1/renewals/:id/resume': {
    action: 'renewal.release',
    words: 'let a renewal go on',
    subject: 'renewal :id',
    keeps: ['confirmation'],
  },
  'GET /api/v1/renewals/:id/exchanges': {
    action: 'renewal.download',
    words: 'downloaded a recording',
    subject: 'renewal :id',
  },
  'GET /api/v1/renewals/:id/evidence': {
    action: 'renewal.download',
    words: 'downloaded evidence',
    subject: 'renewal :id',
  },
  'GET /api/v1/renewals/:id/evidence.html': {
    action: 'renewal.download',
    words: 'opened the page of evidence',
    subject: 'renewal :id',
  },

  'POST /api/v1/certificates': {
    action: 'certificate.register',
    words: 'registered a certificate',
    keeps: ['name', 'names', 'challenge', 'key', 'owner'],
  },
  'POST /api/v1/certificates/managed/:id/verify': {
    action: 'certificate.verify',
    words: 'said that a challenge is placed',
    subject: 'connection :id',
  },
  'POST /api/v1/certificates/managed/:id/renew': {
    action: 'renewal.start',
    words: 'started a renewal',
    subject: 'connection :id',
  },
  'DELETE /api/v1/certificates/managed/:id': {
    action: 'certificate.delete',
    words: 'deleted a certificate',
    subject: 'connection :id',
    keeps: ['force', 'reason'],
  },
  'GET /api/v1/certificates/:sha256/pem': {
    action: 'certificate.download',
    words: 'downloaded a certificate',
    subject: 'certificate :sha256',
  },
  'POST /api/v1/certificates/:sha256/download': {
    action: 'certificate.download',
    words: 'downloaded a certificate',
    subject: 'certificate :sha256',
    instead: (body) => (asksForKey(body) ? KEY_DOWNLOAD : null),
    keeps: ['format'],
  },
  'POST /api/v1/certificates/:sha256/revoke': {
    action: 'certificate.revoke',
    words: 'revoked a certificate',
    subject: 'certificate :sha256',
    keeps: ['reason'],
  },

  'POST /api/v1/bulk': {
    action: 'bulk.start',
    words: 'began something for many connections',
    keeps: ['action', 'connectionIds'],
  },
  'POST /api/v1/bulk/plan': { action: 'bulk.plan', words: 'asked what many connections would need', keeps: ['action'] },
  'POST /api/v1/bulk/:id/stop': { action: 'bulk.stop', words: 'stopped what was begun for many', subject: 'bulk :id' },

  'POST /api/v1/calendars': { action: 'calendar.add', words: 'added a calendar', keeps: CALENDAR },
  'POST /api/v1/calendars/preview': { action: 'calendar.try', words: 'tried a calendar', keeps: ['zone'] },
  'PUT /api/v1/calendars/:id': {
    action: 'calendar.change',
    words: 'changed a calendar',
    subject: 'calendar :id',
    keeps: CALENDAR,
  },
  'DELETE /api/v1/calendars/:id': { action: 'calendar.remove', words: 'removed a calendar', subject: 'calendar :id' },
  ...accountRoutes('issuers', 'issuer', 'certificate authority'),
  ...accountRoutes('dns-accounts', 'dns-account', 'DNS account'),
  'PUT /api/v1/credentials/:name': {
    action: 'credential.change',
    words: 'stored a credential',
    subject: 'credential ":name"',
    keeps: ['family', 'plugin'],
  },
  'DELETE /api/v1/credentials/:name': {
    action: 'credential.remove',
    words: 'removed a credential',
    subject: 'credential ":name"',
  },

  'POST /api/v1/notifiers': {
    action: 'notifier.add',
    words: 'added a channel',
    keeps: ['name', 'plugin', 'enabled', 'rule'],
  },
  'POST /api/v1/notifiers/test': { action: 'notifier.test', words: 'tested a channel', keeps: ['plugin', 'send'] },
  'PUT /api/v1/notifiers/:id': {
    action: 'notifier.change',
    words: 'changed a channel',
    subject: 'channel :id',
    keeps: ['name', 'plugin', 'enabled', 'version'],
  },
  'DELETE /api/v1/notifiers/:id': { action: 'notifier.remove', words: 'removed a channel', subject: 'channel :id' },
  'POST /api/v1/notifiers/:id/test': {
    action: 'notifier.test',
    words: 'tested a channel',
    subject: 'channel :id',
    keeps: ['send'],
  },
  'POST /api/v1/notification-rules': {
    action: 'rule.add',
    words: 'added a notification rule',
    keeps: ['notifierId', 'name', 'minimum', 'connections', 'kinds', 'includeSuccess', 'digest'],
  },
  'PUT /api/v1/notification-rules/:id': {
    action: 'rule.change',
    words: 'changed a notification rule',
    subject: 'notification rule :id',
    keeps: ['notifierId', 'name', 'minimum', 'connections', 'kinds', 'includeSuccess', 'digest', 'version'],
  },
  'DELETE /api/v1/notification-rules/:id': {
    action: 'rule.remove',
    words: 'removed a notification rule',
    subject: 'notification rule :id',
  },

  'POST /api/v1/appliances/look': {
    action: 'appliance.look',
    words: 'looked at an appliance',
    keeps: ['host', 'apiPort', 'sshPort'],
  },
  'POST /api/v1/appliances/ask': {
    action: 'appliance.ask',
    words: 'logged in to an appliance to ask',
    keeps: ['slot'],
  },
  'POST /api/v1/dns/check': { action: 'dns.check', words: 'asked name servers', keeps: ['name'] },
  'POST /api/v1/dns/sweep': { action: 'dns.sweep', words: 'removed records that were left behind' },
  'DELETE /api/v1/dns/leftovers/:renewalId': {
    action: 'dns.forget',
    words: 'gave up records that were left behind',
  },
  'POST /api/v1/dns/acme-dns/register': {
    action: 'dns.register',
    words: 'registered at an acme-dns server',
    keeps: ['baseUrl'],
  },
  'POST /api/v1/lab/connection': { action: 'connection.add', words: 'added the connection to practise with' },
  'POST /api/v1/backups': { action: 'backup.make', words: 'made a backup' },
  'GET /api/v1/backups/:name': { action: 'backup.download', words: 'downloaded a backup', subject: 'backup :name' },
  'GET /api/v1/audit/export': { action: 'audit.export', words: 'exported the audit' },
};

/** Of events that are audited by themselves, also when no request led to them. */
const EVENTS: Readonly<Record<AuditedEvent, string>> = {
  'connection.created': 'added a connection',
  'connection.changed': 'changed a connection',
  'connection.removed': 'removed a connection',
  'account.created': 'added an account',
  'account.changed': 'changed an account',
  'account.removed': 'removed an account',
  'calendar.created': 'added a calendar',
  'calendar.changed': 'changed a calendar',
  'calendar.removed': 'removed a calendar',
  'renewal.started': 'started a renewal',
  'access.set-up': 'set up the first administrator',
  'access.login': 'logged in',
  'access.login-failed': 'tried to log in',
  'access.locked': 'was locked out for a while',
  'access.logout': 'logged out',
  'access.sessions-ended': 'ended sessions',
  'access.user-created': 'added a user',
  'access.user-changed': 'changed a user',
  'access.user-removed': 'removed a user',
  'access.password-changed': 'changed a password',
  'access.second-factor': 'changed a second factor',
  'access.token-created': 'made an API token',
  'access.token-rotated': 'rotated an API token',
  'access.token-revoked': 'revoked an API token',
  'access.settings-changed': 'changed how people log in',
  'access.secrets-exported': 'exported connections with their secrets',
};

const WORDS: ReadonlyMap<string, string> = new Map([
  ...Object.entries(EVENTS),
  ...Object.values(AUDITED).map(({ action, words }) => [action, words] as const),
  [KEY_DOWNLOAD.action, KEY_DOWNLOAD.words],
  ['vault.rotate', 'gave the vault another key'],
  ['backup.restore', 'restored the installation from a backup'],
]);

/** `changed a connection` */
export function wordsOf(action: string): string {
  return WORDS.get(action) ?? action;
}
