import { checkLabels, checkLength, encodeLabels, type Label, type Labels } from './labels.ts';

/** How often each label of one list meets each label of another. */
export interface Contingency {
  /** N, the number of rows. */
  readonly nSamples: number;
  /** The labels that occur in either list, ascending. */
  readonly labels: readonly [readonly Label[], readonly Label[]];
  /** How many rows have each of these labels. */
  readonly counts: readonly [Float64Array, Float64Array];
  /**
   * Pairs of labels that occur together, as indices into the two lists of `labels`, in ascending order, with the number of their rows. Pairs that
   * do not occur are left out, as there may be as many labels as rows.
   */
  readonly cells: readonly ContingencyCell[];
}

export interface ContingencyCell {
  readonly a: number;
  readonly b: number;
  readonly count: number;
}

/** Counts how the labels of two lists meet, row by row. Throws `invalid-option` unless both are lists of the same length. */
export function contingency(a: Labels, b: Labels): Contingency {
  checkLabels(a, 'The first labels');
  checkLabels(b, 'The second labels');
  checkLength(b, a.length, 'the first list');
  const rows = encodeLabels(a);
  const columns = encodeLabels(b);
  const width = columns.names.length;
  const meetings = new Map<number, number>();
  for (let i = 0; i < a.length; i++) {
    const key = rows.codes[i]! * width + columns.codes[i]!;
    meetings.set(key, (meetings.get(key) ?? 0) + 1);
  }
  const counts = [new Float64Array(rows.names.length), new Float64Array(width)] as const;
  const cells = Array.from(meetings)
    .sort(([x], [y]) => x - y)
    .map(([key, count]) => ({ a: Math.floor(key / width), b: key % width, count }));
  for (const cell of cells) {
    counts[0][cell.a]! += cell.count;
    counts[1][cell.b]! += cell.count;
  }
  return { nSamples: a.length, labels: [rows.names, columns.names], counts, cells };
}

/**
 * The adjusted Rand index (Hubert & Arabie 1985): over pairs of rows, how far two clusterings agree on who belongs together, less what
 * chance would give. 1 where they agree entirely, 0 on average for labels at random, down to −0.5. Names of labels do not matter.
 */
export function adjustedRandIndex(a: Labels, b: Labels): number {
  const { nSamples, counts, cells } = contingency(a, b);
  // Ordered pairs of rows, each with itself left out.
  const pairs = (sum: number, count: number) => sum + count * (count - 1);
  const both = cells.map(({ count }) => count).reduce(pairs, 0);
  const onlyA = counts[0].reduce(pairs, 0) - both;
  const onlyB = counts[1].reduce(pairs, 0) - both;
  // 1 also where there is nothing to disagree on: one cluster in both, or each row its own cluster.
  if (onlyA === 0 && onlyB === 0) return 1;
  const neither = nSamples * (nSamples - 1) - both - onlyA - onlyB;
  const apart = (both + onlyA) * (onlyA + neither) + (both + onlyB) * (onlyB + neither);
  return (2 * (both * neither - onlyA * onlyB)) / apart;
}

/**
 * The mutual information of two clusterings over the arithmetic mean of their entropies (Strehl & Ghosh 2002; the default of scikit-learn):
 * 0 where they are independent, 1 where each determines the other. Not adjusted for chance: many small clusters raise it.
 * Where both lists have one label only, 1; where only one of them has, 0.
 */
export function normalizedMutualInformation(a: Labels, b: Labels): number {
  const { nSamples, counts, cells } = contingency(a, b);
  const [sizesA, sizesB] = counts;
  if (sizesA.length === sizesB.length && sizesA.length <= 1) return 1;
  const information = cells.reduce((sum, { a, b, count }) => {
    // Separate logarithms: the product of two sizes may be too large to be exact.
    const expected = Math.log(sizesA[a]!) + Math.log(sizesB[b]!) - Math.log(nSamples);
    return sum + (count / nSamples) * (Math.log(count) - expected);
  }, 0);
  const normalized = (2 * information) / (entropy(sizesA, nSamples) + entropy(sizesB, nSamples));
  return Math.min(1, Math.max(0, normalized));
}

/** The entropy of the shares `counts / total`, in nats. */
function entropy(counts: Float64Array, total: number): number {
  return counts.reduce((sum, count) => sum - (count / total) * Math.log(count / total), 0);
}
