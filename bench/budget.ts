/**
 * Decides what still fits into the time given, by what similar things have taken. Whatever is asked for first gets a
 * chance: nothing is known of it yet.
 */
export class Budget {
  readonly #seconds: number;
  #stopped = false;
  readonly #now: () => number;
  readonly #began: number;
  readonly #spent = new Map<string, number>();

  /** `seconds` in all, from now on. `now` in ms. */
  constructor(seconds: number, now: () => number = () => performance.now()) {
    this.#seconds = seconds;
    this.#now = now;
    this.#began = now();
  }

  get elapsed(): number {
    return (this.#now() - this.#began) / 1000;
  }

  get isOver(): boolean {
    return this.#stopped || this.elapsed >= this.#seconds;
  }

  /** Nothing more fits from now on. */
  stop(): void {
    this.#stopped = true;
  }

  /** Why something of this sort does not fit any more; `undefined` if it does. */
  refusal(sort: string): string | undefined {
    const left = this.#seconds - this.elapsed;
    if (this.#stopped) return 'it was stopped before';
    if (this.isOver) return `the ${this.#seconds} s were used up`;
    const expected = this.#spent.get(sort) ?? Math.max(0, ...this.#spent.values());
    return expected > left ? `more time needed than was left of ${this.#seconds} s` : undefined;
  }

  /** Does something and remembers how long things of this sort take. */
  async spend<T>(sort: string, work: () => Promise<T>): Promise<T> {
    const began = this.#now();
    try {
      return await work();
    } finally {
      this.#spent.set(sort, (this.#now() - began) / 1000);
    }
  }
}
