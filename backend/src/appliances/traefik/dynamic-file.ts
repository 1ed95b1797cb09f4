/** The dynamic configuration that certferry writes: one certificate, in a file that nobody else writes. */

/** How a file is known to be ours. */
const MARK = '# Written by certferry, which replaces this whole file: put nothing else into it.';

export interface DynamicCertificate {
  /** Paths as Traefik sees them. */
  readonly certFile: string;
  readonly keyFile: string;
  /** It is also for clients that ask for a name without a certificate. */
  readonly isDefault: boolean;
}

export type Format = 'yaml' | 'toml';

/** By the end of the name, as Traefik tells them apart; null when it would not read the file. */
export function formatOf(path: string): Format | null {
  if (/\.ya?ml$/.test(path)) return 'yaml';
  return path.endsWith('.toml') ? 'toml' : null;
}

/** https://doc.traefik.io/traefik/reference/routing-configuration/http/tls/tls-certificates/ */
export function dynamicFile(format: Format, certificate: DynamicCertificate): string {
  return `${MARK}\n${format === 'yaml' ? yaml(certificate) : toml(certificate)}`;
}

/** The `certFile` of a file of ours; null when it is somebody else's. */
export function certFileIn(text: string): string | null {
  if (!text.startsWith(MARK)) return null;
  const [, quoted = null] = /\bcertFile\s*[:=]\s*("(?:[^"\\]|\\.)*")/.exec(text) ?? [];
  return quoted === null ? null : String(JSON.parse(quoted));
}

/** A JSON string is a string of YAML, and, of what paths are made of, also one of TOML. */
function yaml({ certFile, keyFile, isDefault }: DynamicCertificate): string {
  const pair = (indent: string, first = indent) =>
    `${first}certFile: ${JSON.stringify(certFile)}\n${indent}keyFile: ${JSON.stringify(keyFile)}\n`;
  const asDefault = `  stores:\n    default:\n      defaultCertificate:\n${pair('        ')}`;
  return `tls:\n  certificates:\n${pair('      ', '    - ')}${isDefault ? asDefault : ''}`;
}

function toml({ certFile, keyFile, isDefault }: DynamicCertificate): string {
  const pair = `certFile = ${JSON.stringify(certFile)}\nkeyFile = ${JSON.stringify(keyFile)}\n`;
  return `[[tls.certificates]]\n${pair}${isDefault ? `[tls.stores.default.defaultCertificate]\n${pair}` : ''}`;
}
