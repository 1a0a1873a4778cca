import { CHECKED_ITERATIONS, type Check, deviationOf, toleranceFor } from './check.ts';
import type { Outcome } from './contender.ts';
import { startEmgpu } from './emgpu.ts';
import type { Place } from './place.ts';
import type { Kind, Problem } from './problem.ts';

/** The float64 CPU backend's answers, each computed once. */
export class Reference {
  readonly #cpu: Place;
  readonly #known = new Map<string, Promise<Outcome>>();

  constructor(cpu: Place) {
    this.#cpu = cpu;
  }

  /** Holds a model after {@link CHECKED_ITERATIONS} iterations against the reference. Copies of `problem` count once. */
  async check(kind: Kind, problem: Problem, outcome: Outcome): Promise<Check> {
    const { data, nFeatures: D, centers } = problem;
    const N = data.length / D;
    const key = [kind, N, D, centers.length].join();
    const reference = this.#known.get(key) ?? this.#compute(kind, problem);
    this.#known.set(key, reference);
    const deviation = deviationOf(kind, outcome, await reference, D);
    return { iterations: CHECKED_ITERATIONS, deviation, tolerance: toleranceFor(kind, N, D) };
  }

  async #compute(kind: Kind, problem: Problem): Promise<Outcome> {
    const nSamples = problem.data.length / problem.nFeatures;
    const contender = await startEmgpu(this.#cpu, kind, { block: problem, copies: 1, nSamples });
    try {
      await contender.iterate(CHECKED_ITERATIONS);
      return await contender.outcome();
    } finally {
      await contender.end();
    }
  }
}
