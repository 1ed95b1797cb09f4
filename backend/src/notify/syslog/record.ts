import type { NoticeMessage, Severity } from '../../domain/notice.ts';
import { clipBytes, plainText } from '../text.ts';

/** RFC 5424, section 6.2.1, in the order of their codes. */
export const FACILITIES = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'syslog',
  'lpr',
  'news',
  'uucp',
  'cron',
  'authpriv',
  'ftp',
  'ntp',
  'audit',
  'alert',
  'clock',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
] as const;

/** Critical, warning, informational. */
const SEVERITY_CODES: Readonly<Record<Severity, number>> = { critical: 2, warning: 4, info: 6 };
const NOTICE = 5;

/** What every receiver should take over UDP: RFC 5424, section 6.1. */
const LONGEST_DATAGRAM = 2048;
const LONGEST_RECORD = 8192;

/** The example number of RFC 5612: certferry has none of its own. */
const ENTERPRISE = 32473;

export interface SyslogOrigin {
  readonly facility: (typeof FACILITIES)[number];
  readonly appName: string;
  readonly hostname: string;
  readonly processId: number;
}

/** One record of RFC 5424 without framing. Cut where it is too long, never within a character. */
export function syslogRecord(message: NoticeMessage, origin: SyslogOrigin, isDatagram: boolean): Buffer {
  const { kind, severity, at, subject } = message;
  const level = kind === 'recovered' ? NOTICE : SEVERITY_CODES[severity];
  const header = [
    `<${FACILITIES.indexOf(origin.facility) * 8 + level}>1`,
    at,
    visible(origin.hostname, 255),
    visible(origin.appName, 48),
    String(origin.processId),
    visible(kind, 32),
    structured(message),
  ].join(' ');
  // One line: many receivers end a record at a line break. The BOM says that it is UTF-8.
  const text = `${subject}. ${plainText(message)}`.replaceAll(/\s*\n\s*/g, ' | ').replaceAll(/\p{Cc}/gu, ' ');
  const head = `${header} \uFEFF`;
  const room = (isDatagram ? LONGEST_DATAGRAM : LONGEST_RECORD) - Buffer.byteLength(head);
  return Buffer.from(head + clipBytes(text, Math.max(0, room)));
}

function structured({ id, key, severity, connection, link }: NoticeMessage): string {
  const params = {
    id,
    key,
    severity,
    ...(connection ? { connectionId: String(connection.id), connection: clipBytes(connection.name, 255) } : {}),
    ...(link ? { link } : {}),
  };
  const text = Object.entries(params).map(([name, value]) => `${name}="${escaped(value)}"`);
  return `[certferry@${ENTERPRISE} ${text.join(' ')}]`;
}

/** RFC 5424, section 6.3.3. */
function escaped(value: string): string {
  return value.replaceAll(/\p{Cc}/gu, ' ').replaceAll(/[\\"\]]/g, '\\$&');
}

/** PRINTUSASCII, `-` when nothing is left. */
function visible(text: string, most: number): string {
  return text.replaceAll(/[^\x21-\x7e]/g, '').slice(0, most) || '-';
}
