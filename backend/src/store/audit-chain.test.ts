import { describe, expect, it } from 'vitest';
import type { AuditRow } from './audit.ts';
import { CHAIN_START, ChainCheck, hashOfRow } from './audit-chain.ts';

function chainOf(length: number): AuditRow[] {
  const rows: AuditRow[] = [];
  for (let seq = 1; seq <= length; seq += 1) {
    const row = {
      seq,
      at: `2026-11-22T10:00:0${seq}.000Z`,
      actor: 'anna',
      role: 'admin',
      address: '192.0.2.1',
      action: 'connection.change',
      subject: `connection ${seq}`,
      outcome: 'done',
      detail: { request: 'PUT /api/v1/connections/1', asked: { slot: 'tomcat', name: 'Köln ☎' } },
      previous: rows.at(-1)?.hash ?? CHAIN_START,
    } as const;
    rows.push({ ...row, hash: hashOfRow(row) });
  }
  return rows;
}

function verify(
  rows: readonly AuditRow[],
  anchors: ConstructorParameters<typeof ChainCheck>[0] = [],
  written?: number,
) {
  const check = new ChainCheck(anchors);
  for (const row of rows) check.add(row);
  return check.end(written);
}

/** As somebody does who knows how the hashes are made. */
function madeAnew(rows: readonly AuditRow[]): AuditRow[] {
  const anew: AuditRow[] = [];
  for (const { hash: _, ...row } of rows) {
    const linked = { ...row, previous: anew.at(-1)?.hash ?? CHAIN_START };
    anew.push({ ...linked, hash: hashOfRow(linked) });
  }
  return anew;
}

describe('a chain', () => {
  it('that nobody touched is whole, whatever the order of the keys in its details', () => {
    const rows = chainOf(3).map((row) => ({
      ...row,
      detail: Object.fromEntries(Object.entries(row.detail).reverse()),
    }));

    expect(verify(rows, [], 3)).toEqual({ rows: 3, head: { seq: 3, hash: rows[2]?.hash }, fault: null });
  });

  it.each<[string, (rows: AuditRow[]) => readonly AuditRow[], RegExp]>([
    ['changed', (rows) => rows.map((row) => (row.seq === 3 ? { ...row, actor: 'bert' } : row)), /^Row 3 was changed/],
    [
      'changed in its detail',
      (rows) => rows.map((row) => (row.seq === 2 ? { ...row, detail: {} } : row)),
      /^Row 2 was/,
    ],
    ['changed with its hash', (rows) => rows.map(withOwnHash(3)), /^Row 4 does not follow row 3/],
    ['removed', (rows) => rows.filter(({ seq }) => seq !== 3), /^Row 3 was removed/],
    [
      'removed with a neighbour',
      (rows) => rows.filter(({ seq }) => seq !== 2 && seq !== 3),
      /^Rows 2 to 3 were removed/,
    ],
    ['removed at the beginning', (rows) => rows.slice(1), /^Row 1 was removed/],
    ['swapped', ([a, b, c, ...rest]) => [a, c, b, ...rest].flatMap((row) => row ?? []), /^Row 2 was removed/],
    ['renumbered', (rows) => renumbered(rows), /^Row 2 was changed/],
  ])('of which a row was %s is not, and says which', (_, tamper, fault) => {
    expect(verify(tamper(chainOf(5))).fault).toMatch(fault);
  });

  it('whose end was cut off shows it where the number of rows is known', () => {
    expect(verify(chainOf(5).slice(0, 3), [], 5).fault).toBe('Rows 4 to 5 were removed from the end.');
  });

  it('that was made anew, or cut, is found out by an anchor that was kept elsewhere', () => {
    const rows = chainOf(5);
    const anchor = { seq: 4, hash: rows[3]?.hash ?? '' };
    const forged = madeAnew(rows.map((row) => (row.seq === 2 ? { ...row, actor: 'bert' } : row)));

    expect(verify(rows, [anchor]).fault).toBeNull();
    expect(verify(forged).fault).toBeNull();
    expect(verify(forged, [anchor]).fault).toMatch(/^Row 4 is another one than the anchor names/);
    expect(verify(rows.slice(0, 2), [anchor]).fault).toMatch(/^Rows 3 to 4 were removed: an anchor/);
  });
});

function withOwnHash(changed: number) {
  return (row: AuditRow) => {
    if (row.seq !== changed) return row;
    const other = { ...row, actor: 'bert' };
    return { ...other, hash: hashOfRow(other) };
  };
}

function renumbered(rows: readonly AuditRow[]): AuditRow[] {
  return rows.filter(({ seq }) => seq !== 2).map((row, index) => ({ ...row, seq: index + 1 }));
}
