import { AppError } from '../domain/errors.ts';

/**
 * Domain names as this folder writes them: absolute, lower case, no trailing dot; the root is the empty string.
 */
export function canonical(name: string): string {
  const lower = name.toLowerCase();
  return lower.endsWith('.') ? lower.slice(0, -1) : lower;
}

/** The name one label up. The parent of a top-level name, and of the root, is the root. */
export function parentOf(name: string): string {
  const dot = name.indexOf('.');
  return dot === -1 ? '' : name.slice(dot + 1);
}

/** True when `name` is `zone` or below it. Both canonical. */
export function isWithin(name: string, zone: string): boolean {
  return zone === '' || name === zone || name.endsWith(`.${zone}`);
}

/**
 * The canonical form of a name that a person or an appliance wrote.
 *
 * @throws AppError DNS_ZONE_NOT_FOUND when it cannot be a domain name (RFC 1035, section 2.3.4: 63 octets a label, 255 a name).
 */
export function requireName(name: string): string {
  const plain = canonical(name);
  const labels = plain.split('.');
  if (plain.length > 253 || labels.some((label) => label === '' || Buffer.byteLength(label) > 63)) {
    throw new AppError('DNS_ZONE_NOT_FOUND', `"${name}" is not a domain name.`);
  }
  return plain;
}
