/** Why no reply came. `message` says it in words without naming the server: `no answer in 3 s`. */
export class DnsTransportError extends Error {
  override readonly name = 'DnsTransportError';
  /**
   * `no-route`: this host cannot send to that network at all. `host`: somebody on the way says that the host cannot be
   * reached. `name`: the server's host name has no address.
   */
  readonly kind: 'timeout' | 'refused' | 'no-route' | 'host' | 'name' | 'other';

  constructor(kind: DnsTransportError['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

export function timedOut(timeoutMs: number, passedOver: number): DnsTransportError {
  const strangers = passedOver > 0 ? `, but ${passedOver} that did not belong to the question` : '';
  return new DnsTransportError('timeout', `no answer in ${timeoutMs / 1000} s${strangers}`);
}

const KINDS: Readonly<Record<string, readonly [DnsTransportError['kind'], string]>> = {
  ENETUNREACH: ['no-route', 'this host has no route to the address'],
  EADDRNOTAVAIL: ['no-route', 'this host has no address of that kind to send from'],
  EAFNOSUPPORT: ['no-route', 'this host does not speak that version of IP'],
  EHOSTUNREACH: ['host', 'the host cannot be reached'],
  ECONNREFUSED: ['refused', 'nothing listens there'],
};

/** Gives a socket's error its kind and words. */
export function transportError(cause: Error): DnsTransportError {
  if (cause instanceof DnsTransportError) return cause;
  const code = (cause as NodeJS.ErrnoException).code ?? cause.message;
  const [kind, words] = KINDS[code] ?? ['other', 'the connection failed'];
  return new DnsTransportError(kind, `${words} (${code})`, { cause });
}
