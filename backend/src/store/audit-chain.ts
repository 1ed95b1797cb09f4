import { createHash } from 'node:crypto';
import type { Json } from '../domain/json.ts';
import type { AuditHead, AuditRow } from './audit.ts';

/** `previous` of the first row. */
export const CHAIN_START = '0'.repeat(64);

/**
 * SHA-256 over the row without its hash, as JSON whose keys are sorted at every depth and which has no spaces. The hash of the
 * row before is part of it, so that no row can be changed, removed or moved without changing all that follow.
 */
export function hashOfRow(row: Omit<AuditRow, 'hash'>): string {
  const { seq, at, actor, role, address, action, subject, outcome, detail, previous } = row;
  const covered = { seq, at, actor, role, address, action, subject, outcome, detail, previous };
  return createHash('sha256').update(canonical(covered)).digest('hex');
}

export interface Verified {
  readonly rows: number;
  readonly head: AuditHead | null;
  /** What is wrong first, in a sentence that names the row; null when the chain is whole. */
  readonly fault: string | null;
}

/** Checks rows in the order in which they come. */
export class ChainCheck {
  readonly #anchors: ReadonlyMap<number, string>;
  #rows = 0;
  #head: AuditHead | null = null;
  #fault: string | null = null;

  /** `anchors`: ends of the chain that were kept elsewhere. */
  constructor(anchors: readonly AuditHead[] = []) {
    this.#anchors = new Map(anchors.map(({ seq, hash }) => [seq, hash]));
  }

  add(row: AuditRow): void {
    this.#rows += 1;
    this.#fault ??= this.#faultOf(row);
    this.#head = { seq: row.seq, hash: row.hash };
  }

  /** `written`: how many rows were ever written, where that is known. */
  end(written: number | null = null): Verified {
    const last = this.#head?.seq ?? 0;
    const missing = [...this.#anchors.keys()].find((seq) => seq > last);
    if (missing !== undefined)
      this.#fault ??= `Rows ${last + 1} to ${missing} were removed: an anchor names row ${missing}.`;
    if (written !== null && written > last) this.#fault ??= `Rows ${last + 1} to ${written} were removed from the end.`;
    return { rows: this.#rows, head: this.#head, fault: this.#fault };
  }

  #faultOf(row: AuditRow): string | null {
    const { seq, previous, hash } = row;
    const before = this.#head ?? { seq: 0, hash: CHAIN_START };
    if (seq > before.seq + 1)
      return seq === before.seq + 2
        ? `Row ${seq - 1} was removed.`
        : `Rows ${before.seq + 1} to ${seq - 1} were removed.`;
    if (seq <= before.seq) return `Row ${seq} stands after row ${before.seq}: the order was changed.`;
    if (hashOfRow(row) !== hash) return `Row ${seq} was changed: its content does not give its hash.`;
    if (previous !== before.hash)
      return `Row ${seq} does not follow row ${before.seq}: one of them was put in another's place.`;
    const anchor = this.#anchors.get(seq);
    if (anchor !== undefined && anchor !== hash)
      return `Row ${seq} is another one than the anchor names: the chain was made anew.`;
    return null;
  }
}

/** The same text for the same value, whatever the order of its keys. */
export function canonical(value: Json | object): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
