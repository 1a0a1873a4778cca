/** Milliseconds that a submit may take, so that neither EM nor the page waits for it. */
const SHORT = 4;
const LONG = 10;

/** How much of a picture's work a submit does: as much as the device, be it fast or software, gets done in a few milliseconds. */
export class Slices {
  #size: number;
  readonly #least: number;
  readonly #most: number;
  /** What even the shortest took: mostly waiting, until one is told. */
  #wait = Number.POSITIVE_INFINITY;

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
    const work = milliseconds - this.#wait;
    if (work > LONG) this.#size = Math.max(this.#least, this.#size / 2);
    else if (work < SHORT && count === this.#size) this.#size = Math.min(this.#most, this.#size * 2);
  }
}
