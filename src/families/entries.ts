/** What a second moment of one component is kept as: a matrix's lower triangle, its diagonal, or its trace. */
export type MomentForm = 'matrix' | 'diagonal' | 'scalar';

/** The numbers of one second moment, in the order of `Statistics.second`: number `slot[e]` takes `z[row[e]] · z[column[e]]`. */
export interface Entries {
  /** Numbers per moment: D (D + 1) / 2, D or 1. */
  readonly size: number;
  readonly slot: Uint16Array;
  readonly row: Uint8Array;
  readonly column: Uint8Array;
}

const known = new Map<string, Entries>();

/** The entries of a form in D ≤ 128 dimensions; made once, and kept. */
export function entriesOf(form: MomentForm, D: number): Entries {
  const key = `${form} ${D}`;
  let entries = known.get(key);
  if (!entries) {
    entries = form === 'matrix' ? triangle(D) : line(D, form === 'diagonal');
    known.set(key, entries);
  }
  return entries;
}

function triangle(D: number): Entries {
  const size = (D * (D + 1)) / 2;
  const slot = new Uint16Array(size).map((_, e) => e);
  const row = new Uint8Array(size);
  const column = new Uint8Array(size);
  for (let i = 0, e = 0; i < D; i++) {
    for (let j = 0; j <= i; j++, e++) {
      row[e] = i;
      column[e] = j;
    }
  }
  return { size, slot, row, column };
}

function line(D: number, apart: boolean): Entries {
  const all = new Uint8Array(D).map((_, d) => d);
  return { size: apart ? D : 1, slot: new Uint16Array(D).map((_, d) => (apart ? d : 0)), row: all, column: all };
}
