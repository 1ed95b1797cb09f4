/** Numbers of the IANA registry "Domain Name System (DNS) Parameters" that the simulator knows by name. */
export const TYPE = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  OPT: 41,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
  CAA: 257,
} as const;

/** Types from 128 to 255 are for questions and for the transport, never for data (RFC 6895, section 3.1). */
export function isMetaType(type: number): boolean {
  return type === TYPE.OPT || (type >= 128 && type <= 255);
}

/** `TXT`, or `TYPE65` as RFC 3597 writes types without a name. */
export function typeName(type: number): string {
  return Object.entries(TYPE).find(([, code]) => code === type)?.[0] ?? `TYPE${type}`;
}

export const CLASS = { IN: 1, NONE: 254, ANY: 255 } as const;

export const OPCODE = { QUERY: 0, UPDATE: 5 } as const;

export const RCODE = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  BADVERS: 16,
} as const;

/** Thrown wherever a request cannot be fulfilled; the server turns it into an answer with this code. */
export class RcodeError extends Error {
  override readonly name = 'RcodeError';
  readonly rcode: number;

  constructor(rcode: number, message: string) {
    super(message);
    this.rcode = rcode;
  }
}
