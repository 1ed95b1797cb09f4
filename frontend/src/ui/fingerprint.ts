/** `AA:BB:…`, as openssl prints it. */
export function colons(hex: string): string {
  return (hex.match(/../g) ?? []).join(':').toUpperCase();
}

/** The first eight bytes, as people compare them. */
export function shortFingerprint(sha256: string): string {
  return colons(sha256.slice(0, 16));
}
