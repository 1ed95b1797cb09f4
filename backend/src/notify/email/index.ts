import { z } from 'zod';
import { AppError } from '../../domain/errors.ts';
import { choice, list, port, secret, text } from '../../plugins/fields.ts';
import { trustFields, trustOf } from '../../plugins/trust.ts';
import type { Notifier, NotifierPlugin } from '../notifier.ts';
import { mailOf } from './mail.ts';
import { type SmtpServer, withTransport } from './smtp.ts';

const settings = z.object({
  host: text({ title: 'Mail server', example: 'smtp.example.com', private: true }),
  port: port({ title: 'Port', help: 'Usually 587 for STARTTLS, 465 for TLS, 25 for none.' }).default(587),
  security: choice(['starttls', 'tls', 'none'], {
    title: 'Encryption',
    help: 'starttls: begins in the clear and must turn encrypted. tls: from the first byte. none: everybody in between can read and change the mail; only without a password.',
  }).default('starttls'),
  user: text({
    title: 'User name',
    help: 'Left empty: the server takes mail without a login.',
    private: true,
  }).optional(),
  password: secret({ title: 'Password' }).optional(),
  from: text({ title: 'From', example: 'certferry <certferry@example.com>', private: true }),
  to: list({ title: 'To', help: 'One address on each line.', example: 'uc-team@example.com', private: true }),
  ...trustFields,
});

export const email: NotifierPlugin<typeof settings> = {
  id: 'email',
  title: 'E-mail',
  summary: 'One or more mailboxes, over an SMTP server.',
  since: '0.1.0',
  links: { product: 'https://nodemailer.com', api: 'https://www.rfc-editor.org/rfc/rfc6409' },
  settings,
  caveats: [
    {
      text: 'With STARTTLS a pinned certificate is not possible, because SMTP begins in the clear: give the certificate of the server as CA bundle.',
      link: 'https://www.rfc-editor.org/rfc/rfc3207',
    },
    {
      text: 'A user name and a password only; no OAuth. Microsoft 365 and Google want an app password, a relay or a connector.',
      link: 'https://learn.microsoft.com/exchange/mail-flow-best-practices/how-to-set-up-a-multifunction-device-or-application-to-send-email-using-microsoft-365-or-office-365',
    },
  ],

  create(options): Notifier {
    const server = serverOf(options);
    const { from, to } = options;
    return {
      send: (message, signal) =>
        withTransport(server, signal, async (transport) => {
          const { response, rejected } = await transport.sendMail(mailOf(message, { from, to }));
          return rejected.length === 0 ? response : `${response}; refused for ${rejected.join(', ')}`;
        }),
      check: (signal) =>
        withTransport(server, signal, async (transport) => {
          await transport.verify();
          return options.security === 'none'
            ? 'The server answers. Nothing is encrypted: everybody in between can read and change the mail.'
            : 'The server answers and takes the login';
        }),
    };
  },
};

function serverOf(options: z.output<typeof settings>): SmtpServer {
  const { host, port: number, security, user, password, from, to } = options;
  const wrong = (field: string, why: string) => new AppError('INVALID_SETTINGS', `E-mail: ${field}: ${why}.`);
  if ((user === undefined) !== (password === undefined))
    throw wrong('User name (user)', 'belongs to a password: give both, or none');
  if (security === 'none' && password !== undefined)
    throw wrong('Encryption (security)', 'none would send the password in the clear: choose starttls or tls');
  if (security === 'starttls' && options.trust === 'pin')
    throw wrong('Trust (trust)', 'pin needs encryption "tls"; give the certificate of the server as CA bundle instead');
  if (to.length === 0) throw wrong('To (to)', 'at least one address is needed');
  const bad = [from, ...to].find((address) => !isAddress(address));
  if (bad !== undefined) throw wrong(bad === from ? 'From (from)' : 'To (to)', `"${bad}" is no e-mail address`);
  const login = user !== undefined && password !== undefined ? { user, password } : null;
  return { host, port: number, security, login, trust: trustOf(options) };
}

/** `name@example.com` or `Name <name@example.com>`, in one line. */
function isAddress(text: string): boolean {
  return /^(?:[^<>\r\n]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/.test(text);
}
