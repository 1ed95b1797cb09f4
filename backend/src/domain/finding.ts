/** One answer of a preflight: what was looked at, what was seen, and what to do about it. */
export interface Finding {
  /** Stable, for scripts: `appliance.credentials`. */
  readonly id: string;
  readonly title: string;
  /** `block`: a renewal cannot succeed. `warn`: it can, but somebody should know. `skipped`: could not be looked at, with the reason. */
  readonly outcome: 'ok' | 'warn' | 'block' | 'skipped';
  readonly answer: string;
  /** Present on `warn` and `block`. */
  readonly todo?: string;
  /** Public source of the rule, when there is one. */
  readonly reference?: string;
}
