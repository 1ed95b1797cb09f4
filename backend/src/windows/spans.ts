/** From `start` until just before `end`, in milliseconds of the epoch. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** In order and apart from each other: what touches or overlaps becomes one. */
export function merged(spans: readonly Span[]): readonly Span[] {
  const result: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last && span.start <= last.end) result[result.length - 1] = { ...last, end: Math.max(last.end, span.end) };
    else if (span.end > span.start) result.push(span);
  }
  return result;
}

/** What of `spans` is left without `holes`. Both are merged. */
export function without(spans: readonly Span[], holes: readonly Span[]): readonly Span[] {
  const result: Span[] = [];
  let next = 0;
  for (const { start, end } of spans) {
    while ((holes[next]?.end ?? Number.POSITIVE_INFINITY) <= start) next += 1;
    let from = start;
    for (let at = next; from < end; at += 1) {
      const hole = holes[at];
      const until = Math.min(end, hole?.start ?? end);
      if (until > from) result.push({ start: from, end: until });
      from = hole && hole.start < end ? Math.max(from, hole.end) : end;
    }
  }
  return result;
}
