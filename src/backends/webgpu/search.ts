import type { Dispatch } from './pace.ts';

/** Up from a value of a ladder while each is faster than the one before; if not even the first is, down. */
export class Search {
  readonly #prepare: (value: number) => Promise<Dispatch>;
  readonly #dispatches = new Map<number, Dispatch>();
  /** The values that are still to be tried: those of one direction, then those of the other. */
  #ahead: number[][];
  #best: number;

  /**
   * @param ladder ascending; a single value leaves nothing to try
   * @param prepare compiles and binds. It is called for values that are tried and no others; where it fails, the value is slow
   */
  constructor(ladder: readonly number[], start: number, prepare: (value: number) => Promise<Dispatch>) {
    this.#prepare = prepare;
    this.#best = start;
    const above = ladder.filter((value) => value > start);
    const below = ladder.filter((value) => value < start).reverse();
    this.#ahead = [above, below].filter((values) => values.length > 0);
    if (!this.done) this.#request(start);
    this.#request(this.#ahead[0]?.[0]);
  }

  /** The fastest so far. */
  get best(): number {
    return this.#best;
  }

  get done(): boolean {
    return this.#ahead.length === 0;
  }

  /** The best so far and what to compare it with; undefined while the compiler is at it. */
  get pair(): readonly [best: Dispatch, other: Dispatch] | undefined {
    const best = this.#dispatches.get(this.#best);
    const other = this.#dispatches.get(this.#ahead[0]?.[0] ?? Number.NaN);
    return best && other && [best, other];
  }

  /** Told whether the other one of the pair is faster. */
  judge(faster: boolean): void {
    const [current, ...others] = this.#ahead;
    if (faster) this.#best = current!.shift()!;
    this.#ahead = faster ? [current!].filter((values) => values.length > 0) : others;
    this.#request(this.#ahead[0]?.[0]);
  }

  #request(value: number | undefined): void {
    if (value === undefined) return;
    this.#prepare(value).then(
      (dispatch) => this.#dispatches.set(value, dispatch),
      () => this.judge(false),
    );
  }
}
