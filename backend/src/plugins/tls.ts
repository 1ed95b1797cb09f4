/**
 * Looks at what an endpoint serves, trusted or not. Completes a handshake and sends nothing after it.
 */
export interface TlsDialer {
  /**
   * @throws TransportError (plugins/http.ts) when there is no handshake.
   */
  served(endpoint: TlsEndpoint, signal: AbortSignal): Promise<ServedCertificate>;
}

export interface TlsEndpoint {
  readonly host: string;
  readonly port: number;
  /** Sent as SNI unless it is an IP address. */
  readonly serverName: string;
}

export interface ServedCertificate {
  /** Of the leaf's DER, lower-case hex without colons. */
  readonly sha256: string;
  readonly leafPem: string;
  /** As sent by the server, leaf first. */
  readonly chainPem: readonly string[];
}
