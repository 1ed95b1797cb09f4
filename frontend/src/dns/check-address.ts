/** What is looked for in DNS. */
export interface DnsQuestion {
  readonly name: string;
  /** The TXT value; empty: whatever is there. */
  readonly value: string;
}

/** Null: nothing was asked yet. */
export function questionIn(params: URLSearchParams): DnsQuestion | null {
  const name = params.get('name') ?? '';
  return name === '' ? null : { name, value: params.get('value') ?? '' };
}

/** Where the question is asked as soon as the page is open. */
export function addressOf(question: DnsQuestion): string {
  return `/dns?${paramsOf(question)}`;
}

export function paramsOf({ name, value }: DnsQuestion): URLSearchParams {
  return new URLSearchParams(value === '' ? { name } : { name, value });
}
