/** What an endpoint answers when it does not throw a Problem. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Relation and address of each Link header. */
  readonly links?: readonly (readonly [rel: string, url: string])[];
  /** A string is sent as a PEM chain, anything else as JSON. */
  readonly body?: unknown;
}
