/** The longest jump allowed grows by this factor after a jump of that length was good, and shrinks by it after a bad one. */
const GROWTH = 4;
/** In steps of EM: shorter jumps are not worth it, as EM is fast enough there. */
const LEAST = 1.5;

/** What the last two steps of EM suggest. */
export interface Extrapolation {
  /** The vector of parameters to jump to. Undefined where EM's own step is the best guess. */
  readonly vector: Float64Array | undefined;
  /** The rate at which EM's steps shrink: |θ₂ − θ₁| / |θ₁ − θ₀|. */
  readonly rate: number;
}

/**
 * SQUAREM (Varadhan & Roland 2008, Scandinavian Journal of Statistics 35, 335–353), scheme S3: from three points of EM in a row,
 * with r = θ₁ − θ₀ and v = (θ₂ − θ₁) − r, it jumps to `θ₀ − 2 α r + α² v`, `α = −|r| / |v|`; α = −1 gives θ₂. The caller
 * finds out whether the jump was good, and reports it.
 */
export class Squarem {
  #points: Float64Array[] = [];
  #most = 1;
  #reached = false;

  /** Begins a row of three, unless one has begun. */
  startAt(vector: Float64Array): void {
    if (this.#points.length === 0) this.#points.push(vector);
  }

  /** Takes the parameters after an M-step; once there are three points in a row, returns the extrapolation. */
  push(vector: Float64Array): Extrapolation | undefined {
    this.#points.push(vector);
    if (this.#points.length < 3) return undefined;
    const [zero, one, two] = this.#points as [Float64Array, Float64Array, Float64Array];
    this.#points = [];
    let rr = 0;
    let vv = 0;
    let ss = 0;
    for (let i = 0; i < zero.length; i++) {
      const r = one[i]! - zero[i]!;
      const s = two[i]! - one[i]!;
      rr += r * r;
      ss += s * s;
      vv += (s - r) ** 2;
    }
    const rate = Math.sqrt(ss / rr);
    const wanted = Math.sqrt(rr / vv);
    const length = Math.min(Math.max(1, wanted), this.#most);
    this.#reached = wanted >= this.#most;
    if (!(length >= LEAST)) {
      this.accepted();
      return { vector: undefined, rate };
    }
    const jump = zero.map((z, i) => {
      const r = one[i]! - z;
      const v = two[i]! - one[i]! - r;
      return z + 2 * length * r + length * length * v;
    });
    return { vector: jump, rate };
  }

  /** The jump was good: longer ones may be. */
  accepted(): void {
    if (this.#reached) this.#most *= GROWTH;
  }

  /** The jump was bad: EM goes on from its own step. */
  rejected(): void {
    this.#most = Math.max(1, this.#most / GROWTH);
  }

  /** Parameters that do not come from the last ones: start anew. */
  restart(): void {
    this.#points = [];
  }
}
