import type { AccessEvent } from '../store/access-events.ts';

/** What an event of access says, in one line for people. */
export function accessSentence(event: AccessEvent): string {
  const who = event.actor ?? 'Somebody unknown';
  switch (event.type) {
    case 'access.set-up':
      return `The first administrator ${event.name} was created`;
    case 'access.login':
      return `${who} logged in ${event.via === 'sso' ? 'by single sign-on ' : ''}from ${event.address}`;
    case 'access.login-failed':
      return `${who} failed to log in from ${event.address}`;
    case 'access.locked':
      return `Logins of ${event.actor ?? 'an unknown user'} from ${event.address} are refused until ${event.until}`;
    case 'access.logout':
      return `${who} logged out`;
    case 'access.sessions-ended':
      return `${who} ended sessions of ${event.name}`;
    case 'access.user-created':
      return `${who} created the user ${event.name} (${event.role})`;
    case 'access.user-changed':
      return `${event.name} was ${event.change} by ${who}`;
    case 'access.user-removed':
      return `${who} removed the user ${event.name}`;
    case 'access.password-changed':
      return `${who} changed the password of ${event.name}`;
    case 'access.second-factor':
      return `Second factor of ${event.name}: ${event.change}, by ${who}`;
    case 'access.token-created':
      return `${who} created the API token "${event.name}"`;
    case 'access.token-rotated':
      return `${who} created a successor of the API token "${event.name}"`;
    case 'access.token-revoked':
      return `${who} revoked the API token "${event.name}"`;
    case 'access.settings-changed':
      return `${who} changed how people log in`;
    case 'access.secrets-exported':
      return `${who} exported all connections with their secrets`;
  }
}
