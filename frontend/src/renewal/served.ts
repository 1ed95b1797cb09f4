import type { RenewalView, ServedEndpoint } from '../api/types.ts';
import type { Tone } from '../words/states.ts';

export interface ServedLine {
  readonly where: string;
  readonly word: string;
  readonly tone: Tone;
  readonly sha256: string | null;
  readonly notAfter: string | null;
  readonly detail: string | null;
}

/** What the renewal itself saw last, endpoint by endpoint. */
export function lastServed({ facts }: RenewalView): readonly ServedEndpoint[] {
  const restored = facts.restored?.served ?? [];
  return facts.aftermath ?? (restored.length > 0 ? restored : facts.served) ?? facts.before ?? [];
}

/** Compared with what was served before and with what is wanted. */
export function servedLines(view: RenewalView, seen: readonly ServedEndpoint[]): readonly ServedLine[] {
  const wanted = view.chain[0]?.sha256 ?? null;
  const before = new Set((view.facts.before ?? []).map(({ sha256 }) => sha256));
  return seen.map(({ endpoint, sha256, notAfter, detail }) => ({
    where: `${endpoint.serverName}:${endpoint.port}`,
    ...wordFor(sha256, wanted, before),
    sha256,
    notAfter,
    detail,
  }));
}

function wordFor(sha256: string | null, wanted: string | null, before: ReadonlySet<string | null>) {
  if (sha256 === null) return { word: 'no answer', tone: 'person' } as const;
  if (sha256 === wanted) return { word: 'new', tone: 'served' } as const;
  return before.has(sha256)
    ? ({ word: 'old', tone: 'off' } as const)
    : ({ word: 'another one', tone: 'person' } as const);
}
