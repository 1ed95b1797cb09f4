/** https://www.iana.org/assignments/dns-parameters: response codes, and the error codes of TSIG from 16 on. */
const NAMES: Readonly<Record<number, string>> = {
  0: 'NOERROR',
  1: 'FORMERR',
  2: 'SERVFAIL',
  3: 'NXDOMAIN',
  4: 'NOTIMP',
  5: 'REFUSED',
  6: 'YXDOMAIN',
  7: 'YXRRSET',
  8: 'NXRRSET',
  9: 'NOTAUTH',
  10: 'NOTZONE',
  16: 'BADVERS',
  23: 'BADCOOKIE',
};

const TSIG_NAMES: Readonly<Record<number, string>> = {
  16: 'BADSIG',
  17: 'BADKEY',
  18: 'BADTIME',
  22: 'BADTRUNC',
};

export function rcodeName(code: number): string {
  return NAMES[code] ?? `RCODE${code}`;
}

/** Of the error field of a TSIG record, where 16 means another thing than in a header. */
export function tsigErrorName(code: number): string {
  return TSIG_NAMES[code] ?? rcodeName(code);
}
