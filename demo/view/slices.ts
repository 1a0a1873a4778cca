/** Points in the first submit, and in any: 2²⁰ are 16,384 workgroups. */
const FIRST = 2 ** 14;
const LEAST = 2 ** 12;
const MOST = 2 ** 20;
/** Milliseconds that a submit may take, so that neither EM nor the page waits for it. */
const SHORT = 4;
const LONG = 10;

/** How many points a submit draws: as many as the device, be it fast or software, gets done in a few milliseconds. */
export class Slices {
  #points = FIRST;
  /** What even the shortest took: mostly waiting, until one is told. */
  #wait = Number.POSITIVE_INFINITY;

  get points(): number {
    return this.#points;
  }

  /** Told what a submit of so many points took, and whether it was the first of a picture, which may fall just before the browser looks. */
  took(milliseconds: number, points: number, first: boolean): void {
    if (!first) this.#wait = Math.min(this.#wait, milliseconds);
    const work = milliseconds - this.#wait;
    if (work > LONG) this.#points = Math.max(LEAST, this.#points / 2);
    else if (work < SHORT && points === this.#points) this.#points = Math.min(MOST, this.#points * 2);
  }
}
