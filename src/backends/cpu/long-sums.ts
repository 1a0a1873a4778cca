/**
 * Sums over very many points: what a tile adds up (≤ 256 terms) is added here with Knuth's two-sum, which keeps what
 * each addition rounds off. The error is that of 256 terms, about 1e-15 relative, whatever N.
 */
export class LongSums {
  readonly #sums: Float64Array;
  readonly #lost: Float64Array;

  constructor(length: number) {
    this.#sums = new Float64Array(length);
    this.#lost = new Float64Array(length);
  }

  add(index: number, value: number): void {
    const before = this.#sums[index]!;
    const after = before + value;
    const added = after - before;
    this.#lost[index]! += before - (after - added) + (value - added);
    this.#sums[index] = after;
  }

  /** Rounded to float64, in a new array. */
  totals(): Float64Array {
    return this.#sums.map((sum, i) => sum + this.#lost[i]!);
  }
}
