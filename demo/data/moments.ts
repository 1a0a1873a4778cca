/** What is subtracted from each column, and what it is divided by then. */
export interface Standardization {
  readonly center: Float64Array;
  readonly scale: Float64Array;
}

/**
 * Mean and standard deviation of columns, row by row (Welford 1962). All is counted from the first row: a mean that is far from the origin
 * would swallow its own corrections.
 */
export class Moments {
  /** Rows so far. */
  count = 0;
  readonly #first: Float64Array;
  /** Mean of the deviations from the first row. */
  readonly #mean: Float64Array;
  /** Sums of squared deviations from the mean. */
  readonly #squares: Float64Array;

  constructor(nColumns: number) {
    this.#first = new Float64Array(nColumns);
    this.#mean = new Float64Array(nColumns);
    this.#squares = new Float64Array(nColumns);
  }

  /** Takes one row in. */
  add(row: Float64Array): void {
    if (this.count === 0) this.#first.set(row);
    this.count++;
    for (let d = 0; d < row.length; d++) {
      const x = row[d]! - this.#first[d]!;
      const before = x - this.#mean[d]!;
      this.#mean[d]! += before / this.count;
      this.#squares[d]! += before * (x - this.#mean[d]!);
    }
  }

  /** To mean 0 and variance 1, the mean squared deviation; a constant column is only centred. */
  standardization(): Standardization {
    return {
      center: this.#first.map((first, d) => first + this.#mean[d]!),
      scale: this.#squares.map((sum) => Math.sqrt(sum / this.count) || 1),
    };
  }
}
