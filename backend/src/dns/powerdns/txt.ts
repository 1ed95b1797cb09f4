/** As many octets as fit into one character string (RFC 1035, section 3.3). */
const STRING_LENGTH = 255;

/** A TXT value as PowerDNS keeps it: quoted character strings, what is not printable ASCII as `\DDD`. */
export function quoteTxt(value: string): string {
  const bytes = Buffer.from(value);
  const count = Math.max(1, Math.ceil(bytes.length / STRING_LENGTH));
  const strings = Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * STRING_LENGTH, (index + 1) * STRING_LENGTH),
  );
  return strings.map((string) => `"${[...string].map(escapeOctet).join('')}"`).join(' ');
}

function escapeOctet(octet: number): string {
  const character = String.fromCharCode(octet);
  if (character === '"' || character === '\\') return `\\${character}`;
  return octet >= 0x20 && octet < 0x7f ? character : `\\${String(octet).padStart(3, '0')}`;
}
