/** Repeated measurements of one thing. */
export interface Summary {
  readonly min: number;
  readonly median: number;
  readonly max: number;
  /** In the order in which they were taken. */
  readonly all: readonly number[];
}

/** Of an even number of values the median is the mean of the middle two. */
export function summarize(all: readonly number[]): Summary {
  const sorted = all.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
  return { min: sorted[0]!, median, max: sorted.at(-1)!, all };
}
