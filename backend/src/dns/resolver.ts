/**
 * Where a challenge record lives and who answers for it. The core's job, not the providers'.
 *
 * Nothing here counts labels: the zone is found by walking the delegation, and the servers are those
 * that the parent names, every one of them, on IPv4 and IPv6.
 */
export interface ChallengeResolver {
  /**
   * Follows CNAMEs from `recordName` and finds the zone of the name they lead to, as the check resolvers of `policy` see
   * DNS, or those of the installation where it names none.
   *
   * @throws AppError DNS_ZONE_NOT_FOUND, DNS_UNREACHABLE; INVALID_SETTINGS as `look`
   */
  locate(recordName: string, signal: AbortSignal, policy?: PropagationPolicy): Promise<ChallengeLocation>;

  /**
   * Asks everybody whom `policy` names once, all at the same time; nobody under `wait-only`. A server that fails is an
   * answer, not an error. With `value` null, any value is `seen`.
   *
   * @throws AppError INVALID_SETTINGS when a check resolver is neither `host:port` nor `https://…`.
   */
  look(
    fqdn: string,
    value: string | null,
    location: ChallengeLocation,
    signal: AbortSignal,
    policy?: PropagationPolicy,
  ): Promise<readonly ServerAnswer[]>;

  /** CAA records that apply to `dnsName` (RFC 8659: of the closest ancestor that has any). Empty: any CA may issue. */
  caa(dnsName: string, signal: AbortSignal): Promise<readonly CaaRecord[]>;

  /** A and AAAA of a host, through CNAMEs, as a CA finds them. What is wrong is part of the answer. */
  addresses(host: string, signal: AbortSignal): Promise<HostAddresses>;
}

/** Plain JSON. */
export interface HostAddresses {
  /** The names passed on the way, in order. Empty when there is no CNAME. */
  readonly aliases: readonly string[];
  /** IPv4 first. */
  readonly addresses: readonly string[];
  /** Why there are none; null when there are some. */
  readonly trouble: string | null;
}

export interface ChallengeLocation {
  /** The name that holds the TXT record after CNAMEs: absolute, lower case, no trailing dot. */
  readonly fqdn: string;
  /** The names passed on the way, `recordName` first. Empty when there is no CNAME. */
  readonly aliases: readonly string[];
  readonly zone: string;
  readonly servers: readonly NameServer[];
  /**
   * How long resolvers remember that the record is not there when they are asked too early. Absent where nobody said so,
   * as where the record has a zone of its own.
   */
  readonly negativeTtlSeconds?: number;
}

export interface NameServer {
  /** `ns1.example.net`, or the address or URL as given for a resolver. */
  readonly name: string;
  /** Empty when the name has no address. */
  readonly address: string;
  readonly port: number;
}

/** Who must show a challenge record before the CA is told to look. */
export interface PropagationPolicy {
  /**
   * `authoritative`: every server that the parent zone names. `resolvers`: only recursive resolvers, for networks that
   * cannot reach the public servers. `both`. `wait-only`: nobody is asked, `waitSeconds` is all.
   */
  readonly mode: 'authoritative' | 'resolvers' | 'both' | 'wait-only';
  /**
   * `host:port`, or the URL of DNS over HTTPS (`https://dns.example.net/dns-query`). Empty: those of the installation.
   * In every mode the zone is found through them: where an internal view hides the public zone, they name outside resolvers.
   */
  readonly checkResolvers: readonly string[];
  /** For `wait-only`. */
  readonly waitSeconds: number;
}

export const DEFAULT_PROPAGATION: PropagationPolicy = { mode: 'authoritative', checkResolvers: [], waitSeconds: 120 };

/** What one server said about one record. Plain JSON: stored as a fact and shown as a table. */
export interface ServerAnswer {
  readonly server: NameServer;
  readonly kind: 'authoritative' | 'resolver';
  readonly state: 'seen' | 'missing' | 'failed';
  readonly reason: AnswerReason;
  /** DNS response code (`NOERROR`, `SERVFAIL` …), or null when no answer came. */
  readonly rcode: string | null;
  /** What it said, in words: `other values`, `no answer in 3 s`, `not authoritative (lame)`. */
  readonly detail: string;
  /** The TXT values it gave, at most 10, each at most 100 characters. */
  readonly values: readonly string[];
  /** Of the record; where a resolver has none, how long it goes on saying so. */
  readonly ttlSeconds: number | null;
  readonly soaSerial: number | null;
  /** The primary server that the zone's SOA names: another one is another copy of the zone. */
  readonly soaPrimary: string | null;
  /** The question for the SOA was lost or refused, so that nothing is known of the copy of the zone there. */
  readonly soaUnanswered?: true;
  readonly latencyMs: number;
}

/** `unreachable`: nobody listens there, or the connection failed. `no-route`: this host has no way to the address
 * (IPv6 without IPv6), so nothing was learnt about the server. */
export type AnswerReason =
  | 'seen'
  | 'no-name'
  | 'no-record'
  | 'other-values'
  | 'alias'
  | 'lame'
  | 'servfail'
  | 'rcode'
  | 'no-address'
  | 'timeout'
  | 'unreachable'
  | 'no-route';

export interface CaaRecord {
  readonly tag: string;
  readonly value: string;
  readonly critical: boolean;
  /** The name at which the record was found. */
  readonly owner: string;
}

/** How to look things up; every address is a setting. */
export interface ResolverOptions {
  /** Recursive resolvers as `host:port` (IP address; `[::1]:53` for IPv6) or URL of DNS over HTTPS. Empty: the system's. */
  readonly resolvers: readonly string[];
  /**
   * Where to reach name servers whose own address is not reachable from here, or not at port 53:
   * server name to `host:port`. The lab and split-horizon networks need it.
   */
  readonly nameServers: Readonly<Record<string, string>>;
  /** Milliseconds for one query. Default 3 000. */
  readonly timeoutMs?: number;
}
