import type { Secret } from '../domain/secret.ts';
import { redact } from '../plugins/redact.ts';

/** What gives a login away wherever it stands. A replacement has no quotes and no backslashes, so that JSON stays JSON. */
const TELLTALES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|(?="))/g, '(private key, removed)'],
  [/\b(Basic|Bearer|Negotiate|Digest) +[A-Za-z0-9+/=._~-]{6,}/g, '$1 ***'],
  [/\b(passw(?:or)?d|passphrase|secret|token|api[_-]?key)=[^\s"\\&;,]+/gi, '$1=***'],
  [/(\w:\/\/[^\s"\\/:@]+):[^\s"\\/@]+@/g, '$1:***@'],
];

/** A line of the log as it may be kept. The last of several precautions: see docs/adr/0027-monitoring-and-logs.md. */
export function redactLine(line: string, secrets: readonly Secret[]): string {
  return TELLTALES.reduce((rest, [pattern, put]) => rest.replaceAll(pattern, put), redact(line, secrets));
}
