import type { Secret } from '../domain/secret.ts';
import type { Trust } from './trust.ts';

/** Makes one client per plugin instance, so that trust is never shared between connections. */
export type HttpFactory = (options: HttpOptions) => HttpClient;

export interface HttpOptions {
  readonly trust: Trust;
  /** Milliseconds for a whole exchange. Default 30 000. */
  readonly timeoutMs?: number;
  /** The name to ask for (SNI) and to find in the certificate when the URL holds another one, such as an IP address. */
  readonly serverName?: string;
  /**
   * Keeps connections open between exchanges (default: false, every exchange dials anew). For peers that are asked many
   * times in a row; a pin is then compared for each connection, not for each exchange.
   */
  readonly keepAlive?: boolean;
}

/** Sends requests over verified TLS (or plain HTTP where the URL says so). Never follows redirects. */
export interface HttpClient extends AsyncDisposable {
  /** @throws TransportError when no complete answer came. Any HTTP status is an answer. */
  request(input: HttpRequest, signal: AbortSignal): Promise<HttpResponse>;
}

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Files, sent as multipart/form-data in place of `body` (RFC 7578). */
  readonly form?: readonly FormPart[];
  /** Milliseconds; overrides the client's. */
  readonly timeoutMs?: number;
  /** How `HttpResponse.body` holds the answer; base64 for what is no text. Default utf8. */
  readonly encoding?: 'utf8' | 'base64';
  /** The whole of a 2xx answer is a secret, such as a session: it stands in no recording. */
  readonly hasSecretAnswer?: true;
  /**
   * Unconfirmed facts (exchange.ts) that this answer tells something about: a recorder keeps the exchange. Null: no
   * complete answer came.
   */
  readonly confirms?: (answer: HttpResponse | null) => readonly string[];
}

/** One file of a form. */
export interface FormPart {
  readonly name: string;
  readonly fileName: string;
  readonly contentType: string;
  /** A `Secret`, such as a private key, stands in no recording. */
  readonly content: string | Secret;
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names; repeated headers joined with a comma (Link headers stay parseable). */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Why no complete answer came. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly kind: 'refused' | 'name' | 'timeout' | 'reset' | 'untrusted' | 'other';
  /** False when the request certainly never reached the peer: repeating it is then safe. */
  readonly maybeSent: boolean;

  constructor(kind: TransportError['kind'], message: string, maybeSent: boolean, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.maybeSent = maybeSent;
  }
}
