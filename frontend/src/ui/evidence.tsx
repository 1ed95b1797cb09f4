import type { Evidence } from '../api/types.ts';

/** The other side's own words. */
export function EvidenceBlock({ evidence: { request, status, body } }: { readonly evidence: Evidence }) {
  const lines = [
    ...(request ? [`> ${request}`] : []),
    ...(status === undefined ? [] : [`< ${status}`]),
    ...(body ? [body] : []),
  ];
  return (
    <section className="verbatim" aria-label="What the other side said">
      {lines.join('\n')}
    </section>
  );
}
