import type { HostPoints } from '../../data/points.ts';
import { rowBlocks } from '../../data/row-blocks.ts';
import { EmgpuError } from '../../errors.ts';

/** Rows that lack the same features. */
export interface Pattern {
  /** O features that these rows have, ascending. */
  readonly observed: Uint32Array;
  /** M = D − O features that they lack, ascending. */
  readonly missing: Uint32Array;
  /** The numbers of these rows among the points, ascending. */
  readonly rows: Uint32Array;
}

/** Features per word of a bit mask. */
const WORD = 32;
/** Patterns times features, at most: a dataset takes at least a tile of 256 float64 numbers per feature, so 2 GiB in all. */
const MAX_PATTERN_FEATURES = 2 ** 20;

/**
 * Groups rows by which of their cells are NaN, in one pass. Patterns with more rows come first; patterns of equal size come in the order of their
 * first rows.
 * Throws `non-finite` where a cell is infinite, `all-missing` where a row has no number, `out-of-memory` where there are more
 * patterns than datasets can be made of.
 */
export async function findPatterns(points: HostPoints, signal: AbortSignal | undefined): Promise<Pattern[]> {
  const { data, nFeatures: D } = points;
  const n = data.length / D;
  const masks = new MaskIndex(Math.ceil(D / WORD), Math.floor(MAX_PATTERN_FEATURES / D));
  const maskOf = new Uint32Array(n);
  const mask = new Uint32Array(Math.ceil(D / WORD));
  for await (const [from, to] of rowBlocks(n, D, signal)) {
    for (let row = from, at = from * D; row < to; row++) {
      mask.fill(0);
      for (let d = 0; d < D; d++, at++) {
        const x = data[at]!;
        if (x - x === 0) mask[d >>> 5]! |= 1 << (d & 31);
        else if (!Number.isNaN(x)) refuseInfinity(points, at);
      }
      if (mask.every((word) => word === 0)) refuseEmptyRow(row);
      maskOf[row] = masks.idOf(mask);
    }
  }
  const rows = masks.counts.map((count) => new Uint32Array(count));
  const filled = new Uint32Array(rows.length);
  for (let row = 0; row < n; row++) {
    const id = maskOf[row]!;
    rows[id]![filled[id]!++] = row;
  }
  const patterns = masks.list.map((bits, id) => ({ ...split(bits, D), rows: rows[id]! }));
  return patterns.sort((a, b) => b.rows.length - a.rows.length);
}

/** The features whose bits are set, and the others. */
function split(bits: Uint32Array, D: number): Omit<Pattern, 'rows'> {
  const all = Uint32Array.from({ length: D }, (_, d) => d);
  const has = (d: number) => ((bits[d >>> 5]! >>> (d & 31)) & 1) === 1;
  return { observed: all.filter(has), missing: all.filter((d) => !has(d)) };
}

/** Columns of row-major numbers: from R × D to R × the number of columns. */
export function columns(values: Float64Array, D: number, which: Uint32Array): Float64Array {
  const R = values.length / D;
  const out = new Float64Array(R * which.length);
  for (let r = 0, at = 0; r < R; r++) for (const d of which) out[at++] = values[r * D + d]!;
  return out;
}

/** Numbers bit masks in the order in which they are first seen, and counts them. */
class MaskIndex {
  /** The different masks; a mask's number is its index. */
  readonly list: Uint32Array[] = [];
  /** How often each mask was seen. */
  readonly counts: number[] = [];
  /** One map per word of a mask: from the number of the words before it, joined with the word, to the number of both. */
  readonly #levels: Map<number, number>[];
  readonly #most: number;

  constructor(words: number, most: number) {
    this.#levels = Array.from({ length: words }, () => new Map());
    this.#most = most;
  }

  idOf(mask: Uint32Array): number {
    let id = 0;
    for (let word = 0; word < mask.length; word++) {
      const level = this.#levels[word]!;
      // Numbers stay below MAX_PATTERN_FEATURES, so the key is exact.
      const key = id * 2 ** WORD + mask[word]!;
      const known = level.get(key);
      id = known ?? level.size;
      if (known === undefined) level.set(key, id);
    }
    if (id === this.list.length) {
      if (id === this.#most) refuseManyPatterns(this.#most);
      this.list.push(mask.slice());
      this.counts.push(0);
    }
    this.counts[id]!++;
    return id;
  }
}

function refuseInfinity({ data, nFeatures: D, featureNames }: HostPoints, at: number): never {
  const column = featureNames?.[at % D] ?? `${at % D}`;
  throw new EmgpuError(
    'non-finite',
    `Numbers must be finite, or NaN where they are missing; row ${Math.floor(at / D)}, column ${column} (both counted from 0) is ${data[at]}.`,
    'Correct such cells, or set them to NaN if they are missing.',
  );
}

function refuseEmptyRow(row: number): never {
  throw new EmgpuError(
    'all-missing',
    `Row ${row} (counted from 0) has no number: every cell is missing.`,
    'Leave out such rows: they tell nothing.',
  );
}

function refuseManyPatterns(most: number): never {
  throw new EmgpuError(
    'out-of-memory',
    `The rows lack their numbers in more than ${most} different combinations of columns.`,
    'Leave out columns that often lack numbers or rows with rare gaps, impute, or fit a sample of the rows.',
  );
}
