/** Milliseconds that a submit may work, so that neither EM nor the page waits for it. */
const SHORT = 4;
const LONG = 12;
/** Answers that count, of each size: the quickest of them waited least. */
const SEEN = 4;
/** So many are enough to judge by. */
const ENOUGH = 2;

/**
 * How much of a picture's work a submit does: as much as the device, be it fast or software, gets done in a few milliseconds. Halves and wholes
 * take turns: what a whole takes longer than a half is work, and the rest is waiting, for the page too where the same device draws it.
 */
export class Slices {
  #size: number;
  readonly #least: number;
  readonly #most: number;
  #half = false;
  #took: { halves: number[]; wholes: number[] } = { halves: [], wholes: [] };

  /** Of points or pixels: in a whole at first, and at least and at most. */
  constructor(first: number, least: number, most: number) {
    this.#size = first;
    this.#least = least;
    this.#most = most;
  }

  /** How many come next, if so many are left. */
  next(): number {
    this.#half = !this.#half;
    return this.#half ? this.#size / 2 : this.#size;
  }

  /** Told what a submit of so many took. */
  took(milliseconds: number, count: number): void {
    const { halves, wholes } = this.#took;
    const same = count === this.#size ? wholes : count === this.#size / 2 ? halves : undefined;
    if (!same) return;
    same.push(milliseconds);
    if (same.length > SEEN) same.shift();
    if (halves.length < ENOUGH || wholes.length < ENOUGH) return;
    const work = 2 * (Math.min(...wholes) - Math.min(...halves));
    if (work < SHORT) this.#resize(Math.min(this.#most, 2 * this.#size));
    else if (work > LONG) this.#resize(Math.max(this.#least, this.#size / 2));
  }

  #resize(size: number): void {
    if (size !== this.#size) this.#took = { halves: [], wholes: [] };
    this.#size = size;
  }
}
