import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { splitPem } from '../domain/certificate.ts';
import { Secret } from '../domain/secret.ts';
import { MASTER_KEY_FORMAT, masterKeyBytes } from '../store/master-key.ts';

/** One variable of the environment. */
export interface Setting {
  /** What it is for, one sentence. */
  readonly help: string;
  /** Completes "allowed is …". */
  readonly allowed: string;
  /** Used when unset, as if it had been given; null when being unset means something of its own. */
  readonly fallback: string | null;
  /** Never repeated in an error, a log or the docs. */
  readonly secret?: true;
  readonly schema: z.ZodType<unknown, string>;
}

const DNS_PORT = 53;
const SHORTEST_TOKEN = 16;

const path = z.string().transform((text) => resolve(text));
const port = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .pipe(z.number().max(65_535));
const host = z.string().regex(/^[\w.:-]+$/);
const webAddress = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));

/** `127.0.0.1`, `127.0.0.1:5301`, `::1` and `[::1]:5301`, always with the port in the output. */
const socketAddress = z.string().transform((text, ctx) => {
  const { address = text, portText = String(DNS_PORT) } = splitAddress(text);
  const number = port.safeParse(portText);
  if (isIP(address) === 0 || !number.success || number.data === 0) {
    ctx.addIssue({ code: 'custom', message: 'not an IP address with a port' });
    return z.NEVER;
  }
  return isIP(address) === 6 ? `[${address}]:${number.data}` : `${address}:${number.data}`;
});

const commaList = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

const serverAddress = z
  .string()
  .transform((text) => text.split('=').map((part) => part.trim()))
  .pipe(z.tuple([z.string().regex(/^[\w.-]+$/), socketAddress]))
  .transform(([name, address]) => [name.toLowerCase().replace(/\.$/, ''), address] as const);

/** Every variable that the daemon reads, each also as `<name>_FILE`. Source of the settings page in docs/. */
export const SETTINGS = {
  CERTFERRY_DATA_DIR: {
    help: 'Folder of the database, the master key, the access token and, before the first login, the set-up token.',
    allowed: 'the path of a folder',
    fallback: './data',
    schema: path,
  },
  CERTFERRY_ACCOUNTS_DIR: {
    help: 'Folder of ACME accounts and certificates.',
    allowed: 'the path of a folder',
    fallback: './accounts',
    schema: path,
  },
  CERTFERRY_HOST: {
    help: 'Address on which the web interface and the API listen.',
    allowed: 'a host name or an IP address without port',
    fallback: '127.0.0.1',
    schema: host,
  },
  CERTFERRY_PORT: {
    help: 'TCP port of the web interface and the API.',
    allowed: 'a number from 0 to 65535 (0: any free port)',
    fallback: '8080',
    schema: port,
  },
  CERTFERRY_HTTPS: {
    help: 'Whether the daemon speaks HTTPS itself, at first with a self-signed certificate. Off: behind a proxy that does.',
    allowed: 'on or off',
    fallback: 'on',
    schema: z.enum(['on', 'off']).transform((text) => text === 'on'),
  },
  CERTFERRY_HSTS_DAYS: {
    help: 'Days for which browsers shall reach this host name over HTTPS only, on every port (Strict-Transport-Security). 0: not said.',
    allowed: 'a number from 0 to 730',
    fallback: '0',
    schema: wholeNumber(0, 730),
  },
  CERTFERRY_TRUSTED_PROXIES: {
    help: 'Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. Nobody is, unless named.',
    allowed: 'a comma-separated list of IP addresses and networks (192.0.2.1, 10.0.0.0/8)',
    fallback: '',
    schema: commaList.pipe(z.array(z.string().refine(isNetwork))),
  },
  CERTFERRY_CORS_ORIGINS: {
    help: 'Other sites whose pages may call the API with an API token. None may, unless named; none can with a login.',
    allowed: 'a comma-separated list of origins (https://portal.example.com)',
    fallback: '',
    schema: commaList.pipe(z.array(z.string().refine(isOrigin))),
  },
  CERTFERRY_PUBLIC_URL: {
    help: 'Address at which people reach the web interface, for links and for logins behind a proxy that ends TLS.',
    allowed: 'an address that begins with http:// or https://',
    fallback: null,
    schema: webAddress,
  },
  CERTFERRY_REQUESTS_PER_MINUTE: {
    help: 'Requests that one address, and one user or API token, may make within a minute. Further ones are answered with 429.',
    allowed: 'a number from 60 to 1000000',
    fallback: '3000',
    schema: wholeNumber(60, 1_000_000),
  },
  CERTFERRY_SESSION_IDLE_MINUTES: {
    help: 'Minutes without use after which a person has to log in again.',
    allowed: 'a number from 1 to 1440',
    fallback: '60',
    schema: wholeNumber(1, 1_440),
  },
  CERTFERRY_SESSION_HOURS: {
    help: 'Hours after which a person has to log in again in any case.',
    allowed: 'a number from 1 to 168',
    fallback: '12',
    schema: wholeNumber(1, 168),
  },
  CERTFERRY_LOG_LEVEL: {
    help: 'The least important kind of message that is logged.',
    allowed: 'debug, info, warn, error or silent',
    fallback: 'info',
    schema: z.enum(['debug', 'info', 'warn', 'error', 'silent']),
  },
  CERTFERRY_LOOK_MINUTES: {
    help: 'How often each endpoint is looked at, by a TLS handshake and without a login, when nothing else calls for it.',
    allowed: 'a number of minutes from 1 to 1440',
    fallback: '60',
    schema: z
      .string()
      .regex(/^\d{1,4}$/)
      .transform(Number)
      .pipe(z.number().min(1).max(1440)),
  },
  CERTFERRY_LOG_FORMAT: {
    help: 'How messages are logged: as JSON lines for programs, or as text for people.',
    allowed: 'auto (text on a terminal, JSON everywhere else), json or text',
    fallback: 'auto',
    schema: z.enum(['auto', 'json', 'text']),
  },
  CERTFERRY_KEEP_DAYS: {
    help: 'For how many days finished renewals and events are kept. What is still needed stays longer.',
    allowed: 'a number from 30 to 3650',
    fallback: '400',
    schema: z
      .string()
      .regex(/^\d{2,4}$/)
      .transform(Number)
      .pipe(z.number().min(30).max(3_650)),
  },
  CERTFERRY_RESOLVERS: {
    help: 'Recursive DNS resolvers to use in place of those of the system.',
    allowed:
      'a comma-separated list of IP addresses, each with or without a port (192.0.2.53, [2001:db8::53]:5353), or URLs of DNS over HTTPS (https://192.0.2.53/dns-query)',
    fallback: '',
    schema: commaList.pipe(z.array(z.union([z.url({ protocol: /^https$/ }), socketAddress]))),
  },
  CERTFERRY_NAME_SERVERS: {
    help: 'Where to reach name servers whose own address cannot be reached from here.',
    allowed: 'a comma-separated list of name=address (ns1.example.com=192.0.2.1:5301)',
    fallback: '',
    schema: commaList
      .pipe(z.array(serverAddress))
      .transform((entries): Readonly<Record<string, string>> => Object.fromEntries(entries)),
  },
  CERTFERRY_HTTP01_PORT: {
    help: 'TCP port at which only the questions of CAs are answered (ACME http-01). Without it they are answered at the web interface alone, for a proxy.',
    allowed: 'a number from 0 to 65535, mostly 80 (0: any free port)',
    fallback: null,
    schema: port,
  },
  CERTFERRY_HTTP01_HOST: {
    help: 'Address for CERTFERRY_HTTP01_PORT. All addresses of this machine when unset.',
    allowed: 'a host name or an IP address without port',
    fallback: null,
    schema: host,
  },
  CERTFERRY_HTTP01_VALIDATION_PORT: {
    help: 'Where the check before a renewal dials port 80 of a name. Another one only in a lab, whose CA is told the same.',
    allowed: 'a number from 1 to 65535',
    fallback: '80',
    schema: port.refine((number) => number > 0),
  },
  CERTFERRY_BACKUP_TO: {
    help: 'Where backups are kept. A folder `backups` in the data folder when unset: better than nothing, and lost with the disk.',
    allowed: 'the path of a folder, or s3://bucket/prefix',
    fallback: null,
    schema: z.string().transform((text) => (text.startsWith('s3://') ? text : resolve(text))),
  },
  CERTFERRY_BACKUP_AT: {
    help: 'When a backup is made every day, in the local time of the daemon.',
    allowed: 'a time such as 02:40, or never',
    fallback: '02:40',
    schema: z
      .string()
      .regex(/^(([01]\d|2[0-3]):[0-5]\d|never)$/)
      .transform((text) => (text === 'never' ? null : text)),
  },
  CERTFERRY_BACKUP_KEEP: {
    help: 'How many backups are kept; the oldest are removed after a new one was read back.',
    allowed: 'a number from 1 to 1000',
    fallback: '14',
    schema: z
      .string()
      .regex(/^\d{1,4}$/)
      .transform(Number)
      .pipe(z.number().min(1).max(1_000)),
  },
  CERTFERRY_S3_ENDPOINT: {
    help: 'Address of the storage, when it is not that of Amazon.',
    allowed: 'an address that begins with http:// or https://',
    fallback: null,
    schema: webAddress,
  },
  CERTFERRY_S3_REGION: {
    help: 'Region of the bucket.',
    allowed: 'a name such as eu-central-1',
    fallback: 'us-east-1',
    schema: z.string().regex(/^[\w-]+$/),
  },
  CERTFERRY_S3_ACCESS_KEY_ID: {
    help: 'Access key of the storage. When unset, the AWS SDK looks for one by itself.',
    allowed: 'the identifier of an access key',
    fallback: null,
    schema: z.string().min(1),
  },
  CERTFERRY_S3_SECRET_ACCESS_KEY: {
    help: 'The secret half of the access key.',
    allowed: 'the secret of an access key',
    fallback: null,
    secret: true,
    schema: z.string().min(1).transform(toSecret),
  },
  CERTFERRY_MASTER_KEY: {
    help: 'Key that the stored secrets are encrypted with. Generated at the first start when unset.',
    allowed: MASTER_KEY_FORMAT,
    fallback: null,
    secret: true,
    schema: z.string().transform(toSecret).refine(isMasterKey),
  },
  CERTFERRY_ACCESS_TOKEN: {
    help: 'Token with which the command line of this machine may do everything. Generated at the first start when unset.',
    allowed: `at least ${SHORTEST_TOKEN} visible ASCII characters`,
    fallback: null,
    secret: true,
    schema: z
      .string()
      .regex(/^[\x21-\x7e]+$/)
      .min(SHORTEST_TOKEN)
      .transform(toSecret),
  },
  CERTFERRY_HEARTBEAT_URL: {
    help: 'Address that is called every three minutes while the schedule runs, so that another service notices when it does not.',
    allowed: 'an address that begins with http:// or https://',
    fallback: null,
    secret: true,
    schema: z.url({ protocol: /^https?$/ }).transform(toSecret),
  },
  CERTFERRY_HEARTBEAT_METHOD: {
    help: 'How CERTFERRY_HEARTBEAT_URL is called.',
    allowed: 'GET or POST',
    fallback: 'GET',
    schema: z.enum(['GET', 'POST']),
  },
  CERTFERRY_HEARTBEAT_CA: {
    help: 'CA certificates that CERTFERRY_HEARTBEAT_URL is trusted by, in place of the public ones. They are best given as a file: CERTFERRY_HEARTBEAT_CA_FILE.',
    allowed: 'certificates as PEM, one below the other',
    fallback: null,
    schema: z.string().refine(isBundle),
  },
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof SETTINGS;

/** `192.0.2.1`, `10.0.0.0/8` */
/** As browsers send it. */
function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

function isBundle(text: string): boolean {
  const pems = splitPem(text);
  return pems.length > 0 && pems.every(isCertificate);
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem) !== null;
  } catch {
    return false;
  }
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  return (
    family !== 0 &&
    rest.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)))
  );
}

function wholeNumber(least: number, most: number) {
  return z
    .string()
    .regex(/^\d{1,7}$/)
    .transform(Number)
    .pipe(z.number().min(least).max(most));
}

function toSecret(text: string): Secret {
  return new Secret(text);
}

function isMasterKey(key: Secret): boolean {
  return masterKeyBytes(key) !== null;
}

function splitAddress(text: string): { readonly address?: string; readonly portText?: string } {
  if (isIP(text) !== 0) return { address: text };
  const [, bracketed, plain, portText] = /^(?:\[([^\]]+)\]|([^:]+))(?::(.*))?$/.exec(text) ?? [];
  const address = bracketed ?? plain;
  return { ...(address !== undefined && { address }), ...(portText !== undefined && { portText }) };
}
