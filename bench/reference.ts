import { CHECKED_ITERATIONS, type Check, deviationOf, STRETCHED_ITERATIONS, toleranceFor } from './check.ts';
import type { Outcome } from './contender.ts';
import { advance, destroy, outcomeOf, startRun } from './emgpu.ts';
import type { Place } from './place.ts';
import type { Kind, Problem, Tiled } from './problem.ts';

/** The float64 CPU backend's answers, each computed once. */
export class Reference {
  readonly #cpu: Place;
  readonly #known = new Map<string, Promise<Outcome>>();

  constructor(cpu: Place) {
    this.#cpu = cpu;
  }

  /** Holds a model after so many iterations against the reference. Copies of `problem` count once. */
  async check(kind: Kind, problem: Problem, outcome: Outcome, iterations: number): Promise<Check> {
    const { data, nFeatures: D, centers } = problem;
    const N = data.length / D;
    const key = [kind, N, D, centers.length, iterations].join();
    const reference = this.#known.get(key) ?? this.#compute(kind, problem, iterations);
    this.#known.set(key, reference);
    const deviation = deviationOf(kind, outcome, await reference, D);
    return { iterations, deviation, tolerance: toleranceFor(kind, N, D, iterations) };
  }

  /**
   * Holds what emgpu comes to on a place against the reference, by the way that timed iterations take: through a stretch on the device
   * where there are stretches. Nothing on the CPU, which is the reference.
   */
  async checkEmgpu(place: Place, kind: Kind, tiled: Tiled): Promise<Check | undefined> {
    if (place.backend === 'cpu') return undefined;
    const { iterations, outcome, stretched } = await fitChecked(place, kind, tiled);
    return { ...(await this.check(kind, tiled.block, outcome, iterations)), stretched };
  }

  async #compute(kind: Kind, problem: Problem, iterations: number): Promise<Outcome> {
    const nSamples = problem.data.length / problem.nFeatures;
    const tiled = { block: problem, copies: 1, nSamples };
    return (await fitTo(this.#cpu, kind, tiled, iterations)).outcome;
  }
}

/** Exactly so many iterations, fewer only where k-means ends before. */
async function fitTo(place: Place, kind: Kind, tiled: Tiled, maxIter: number) {
  const run = await startRun(place, kind, tiled, maxIter);
  try {
    while (!run.done) await advance(run);
    return { iterations: run.iteration, outcome: outcomeOf(run.model) };
  } finally {
    await destroy(run);
  }
}

/** Iterations after which emgpu has gone on without the host, where it ever does: more than it has before a stretch. */
const LATEST_STRETCH = 10;

/**
 * Whether the host does every M-step, since the device has none for this: the engine's `Kernel.finalize`, which a test holds this against. Were it
 * wrong, rows that were stretched would be refused.
 */
export function isAlwaysByHost(kind: Kind, D: number, K: number): boolean {
  if (kind === 'tied') return true;
  return kind === 'k-means' ? K > 256 : D > 16 || K > 64;
}

/** As many iterations as show what the timed ones do, and few where all of them are alike: some take seconds. */
async function fitChecked(place: Place, kind: Kind, tiled: Tiled) {
  const { nFeatures, centers } = tiled.block;
  const byHost = isAlwaysByHost(kind, nFeatures, centers.length);
  const run = await startRun(place, kind, tiled, byHost ? CHECKED_ITERATIONS : STRETCHED_ITERATIONS);
  try {
    let early: Outcome | undefined;
    let stretched = false;
    while (!run.done && (stretched || run.iteration < LATEST_STRETCH)) {
      stretched = (await advance(run)) > 1 || stretched;
      if (run.iteration === CHECKED_ITERATIONS) early = outcomeOf(run.model);
    }
    if (early && !stretched && !run.done) return { iterations: CHECKED_ITERATIONS, outcome: early, stretched };
    return { iterations: run.iteration, outcome: outcomeOf(run.model), stretched };
  } finally {
    await destroy(run);
  }
}
