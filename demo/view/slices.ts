/** Milliseconds that a submit may work, so that neither EM nor the page waits for it. */
const SHORT = 2;
const LONG = 6;
/** So many that took long are too many. */
const SEEN = 4;

/** How much of a picture's work a submit does: as much as the device, be it fast or software, gets done in a few milliseconds. */
export class Slices {
  #size: number;
  readonly #least: number;
  readonly #most: number;
  /** What even the shortest took: mostly waiting, until one is told. */
  #wait = Number.POSITIVE_INFINITY;
  /** What the last ones of this size took. The page, which the device may also draw, only ever adds to it. */
  #took: number[] = [];

  /** Of points or pixels: in the first submit, and in any. */
  constructor(first: number, least: number, most: number) {
    this.#size = first;
    this.#least = least;
    this.#most = most;
  }

  get size(): number {
    return this.#size;
  }

  /** Told what a submit of so many took, and whether it was the first of a picture, which may fall just before the browser looks. */
  took(milliseconds: number, count: number, first: boolean): void {
    if (!first) this.#wait = Math.min(this.#wait, milliseconds);
    if (count !== this.#size) return;
    this.#took = [...this.#took.slice(1 - SEEN), milliseconds];
    const work = Math.min(...this.#took) - this.#wait;
    if (work < SHORT) this.#resize(Math.min(this.#most, 2 * this.#size));
    else if (work > LONG && this.#took.length === SEEN) this.#resize(Math.max(this.#least, this.#size / 2));
  }

  #resize(size: number): void {
    if (size !== this.#size) this.#took = [];
    this.#size = size;
  }
}
