import { Squarem } from './squarem.ts';
import { judge, roundingOf, type Size } from './stopping.ts';
import type { Family } from './types.ts';

/** `on`: after the first steps; `auto`: once EM turns out to be slow; `off`: EM's own steps only. */
export type AccelerationChoice = 'off' | 'auto' | 'on';

/** The first steps are EM's own: it is fast far from an optimum, and where they lead says little about where to jump. */
const EARLY = 4;
/** `auto` jumps once a step gains at least this share of what the one before gained. */
const SLOW = 0.5;

/**
 * After a jump the fastest directions show first, in steps that shrink as if little were left. So the slowest of the last so many rates
 * counts.
 */
const MEMORY = 4;

/** What an accelerated run makes of an M-step. */
export interface Advice<P> {
  /** Parameters to try instead of the M-step's. */
  readonly jump?: P;
  /** By the steps in a row that were EM's own, what is still to gain per unit of weight. */
  readonly remaining?: number;
}

/** Watches the M-steps of a run and proposes jumps. */
export class Acceleration<P> {
  readonly #family: Family<P>;
  readonly #squarem = new Squarem();
  readonly #always: boolean;
  #active = false;
  #rates: number[] = [];

  constructor(family: Family<P>, choice: Exclude<AccelerationChoice, 'off'>) {
    this.#family = family;
    this.#always = choice === 'on';
  }

  /** Whether jumps have begun. */
  get active(): boolean {
    return this.#active;
  }

  /**
   * After an M-step.
   * @param before parameters of the E-step
   * @param after the M-step's
   * @param objectives of the run so far, the last one that of `before`
   */
  advise(before: P, after: P, objectives: readonly number[], points: Size, precision: number): Advice<P> {
    this.#active ||= objectives.length > EARLY && (this.#always || isSlow(objectives));
    const from = this.#active ? this.#family.toVector?.(before) : undefined;
    const to = from && this.#family.toVector!(after);
    if (!from || !to) {
      this.#squarem.restart();
      return {};
    }
    this.#squarem.startAt(from);
    const found = this.#squarem.push(to);
    if (!found) return {};
    this.#rates = [...this.#rates, found.rate].slice(-MEMORY);
    const { gain } = judge(objectives, points, precision);
    const { noise } = roundingOf(objectives.at(-1)!, points, precision);
    const rate = Math.max(...this.#rates);
    // The objective is quadratic near its top, so gains shrink by the square of the rate. Smaller ones than rounding may be as large.
    const remaining = rate < 1 ? (Math.max(noise, gain) * rate ** 2) / (1 - rate ** 2) : Infinity;
    return found.vector ? { jump: this.#family.fromVector!(found.vector, after), remaining } : { remaining };
  }

  /** What the E-step said of the jump. */
  accepted(): void {
    this.#squarem.accepted();
  }

  rejected(): void {
    this.#squarem.rejected();
  }
}

function isSlow(objectives: readonly number[]): boolean {
  const [a, b, c] = objectives.slice(-3) as [number, number, number];
  return b > a && c > b && c - b > SLOW * (b - a);
}
