import { Squarem } from './squarem.ts';
import { judge, roundingOf, type Size, type Trend } from './stopping.ts';
import type { Family } from './types.ts';

/** When a run jumps. `on`: after the first steps; `auto`: once EM turns out to be slow; `off`: never, EM's own steps only. */
export type AccelerationChoice = 'off' | 'auto' | 'on';

/** The first steps are EM's own: far from an optimum EM is fast, and its steps say little about where to jump. */
const EARLY = 4;
/** `auto` jumps once a step gains at least this share of what the one before gained. */
const SLOW = 0.5;

/**
 * Number of past rates of which the slowest counts: after a jump the fastest directions show first, in steps that shrink as if little
 * were left.
 */
const MEMORY = 4;

/** EM's last gain times this bounds what is still to gain, however slow EM is: it belongs to a rate of 0.9999. */
const SLOWEST = 1e4;
/** Steps of two jumps and of EM before them: where none of these gains anything, nothing does. */
const TWO_CYCLES = 6;

/** What the settings of a run say about acceleration and stopping. */
interface Settings {
  readonly choice: Exclude<AccelerationChoice, 'off'>;
  /** See `RunSettings`. */
  readonly tol: number;
  readonly precision: number;
}

/** Watches the M-steps of a run, proposes jumps, and judges what is still to gain once there was one. */
export class Acceleration<P> {
  readonly #family: Family<P>;
  readonly #squarem = new Squarem();
  readonly #settings: Settings;
  #active = false;
  #rates: number[] = [];
  /** What EM's own steps last said is still to gain, per unit of weight. */
  #left = Infinity;
  /** How often in a row they said that it is less than `tol`. */
  #settled = 0;
  /** Objectives at the end of the history that EM's own steps led to, one after the other. */
  #inRow = 0;
  /** There was a jump: from then on objectives show no rate. */
  #leapt = false;

  constructor(family: Family<P>, settings: Settings) {
    this.#family = family;
    this.#settings = settings;
  }

  /** Whether jumps have begun. */
  get active(): boolean {
    return this.#active;
  }

  /**
   * Called after an M-step; returns the parameters to try instead of the M-step's, if it proposes any.
   * @param before parameters of the E-step
   * @param after parameters of the M-step
   * @param objectives of the run so far, the last one that of `before`
   */
  propose(before: P, after: P, objectives: readonly number[], points: Size): P | undefined {
    const { choice, tol } = this.#settings;
    this.#active ||= objectives.length > EARLY && (choice === 'on' || isSlow(objectives));
    const from = this.#active ? this.#family.toVector?.(before) : undefined;
    const to = from && this.#family.toVector!(after);
    if (!from || !to) {
      this.#squarem.restart();
      return undefined;
    }
    this.#squarem.startAt(from);
    const found = this.#squarem.push(to);
    if (!found) return undefined;
    this.#rates = [...this.#rates, found.rate].slice(-MEMORY);
    this.#left = this.#leftBySteps(objectives, points);
    this.#settled = this.#left < tol ? this.#settled + 1 : 0;
    if (this.#settled > 0 || !found.vector) return undefined;
    return this.#family.fromVector!(found.vector, after);
  }

  /** Called after the E-step of a jump, which was `accepted` if it led uphill. */
  tried(accepted: boolean): void {
    if (accepted) this.#squarem.accepted();
    else this.#squarem.rejected();
  }

  /** Called for each E-step whose objective goes into the history. */
  record(isJump: boolean): void {
    this.#inRow = isJump ? 1 : this.#inRow + 1;
    this.#leapt ||= isJump;
  }

  /** What is still to gain per unit of weight. Between jumps gains show no trend; only EM's own steps in a row do, and must do so twice. */
  remaining({ fell, remaining, idle, noise }: Trend): number {
    if (!this.#leapt) return remaining;
    const left = idle >= TWO_CYCLES ? 0 : Math.min(this.#left, SLOWEST * noise);
    const still = idle > 0 && !fell && this.#inRow > 1 && left < this.#settings.tol;
    return still || this.#settled >= 2 ? 0 : Infinity;
  }

  #leftBySteps(objectives: readonly number[], points: Size): number {
    const { precision } = this.#settings;
    const { gain } = judge(objectives, points, precision);
    const { noise } = roundingOf(objectives.at(-1)!, points, precision);
    const rate = Math.max(...this.#rates);
    // The objective is quadratic near its top, so gains shrink by the square of the rate. A gain below rounding may be as large as that.
    return rate < 1 ? (Math.max(noise, gain) * rate ** 2) / (1 - rate ** 2) : Infinity;
  }
}

function isSlow(objectives: readonly number[]): boolean {
  const [a, b, c] = objectives.slice(-3) as [number, number, number];
  return b > a && c > b && c - b > SLOW * (b - a);
}
