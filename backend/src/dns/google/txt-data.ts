const LONGEST_STRING = 255;

/** The value behind a TXT record in the form of a zone file (RFC 1035, section 5.1): its strings, joined. */
export function txtValue(rrdata: string): string {
  const strings = rrdata.match(/"(?:[^"\\]|\\.)*"|[^\s"]+/gs) ?? [];
  return strings.map((string) => unescaped(string.replace(/^"(.*)"$/s, '$1'))).join('');
}

/** `value` in the form of a zone file, in strings of at most 255 octets. Challenge values are ASCII. */
export function txtData(value: string): string {
  const strings = value.match(new RegExp(`.{1,${LONGEST_STRING}}`, 'gs')) ?? [''];
  return strings.map((string) => `"${string.replace(/["\\]/g, '\\$&')}"`).join(' ');
}

/** `\"` is a quotation mark, `\065` an A. */
function unescaped(string: string): string {
  return string.replace(/\\(\d{3}|.)/gs, (_, escaped: string) =>
    escaped.length === 3 ? String.fromCharCode(Number(escaped)) : escaped,
  );
}
