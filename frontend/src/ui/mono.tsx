import type { ReactNode } from 'react';
import { colons, shortFingerprint } from './fingerprint.ts';

export function Mono({ children }: { readonly children: ReactNode }) {
  return <span className="mono">{children}</span>;
}

/** The first eight bytes, all of them on hover. */
export function Fingerprint({ sha256 }: { readonly sha256: string }) {
  return (
    <span className="mono" title={colons(sha256)}>
      {shortFingerprint(sha256)}
    </span>
  );
}
