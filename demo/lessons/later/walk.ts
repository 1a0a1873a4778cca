import { type BoundStep, GaussianMixture, type HostPoints, MixtureModel } from 'emgpu';
import { ON_CPU } from '../kit/index.ts';
import { inTurn } from './points.ts';
import { BELL_VARIANCE, bellAt } from './scenes.ts';

/** All of EM's way from one start to its peak, for one parameter: the place of the bell. */
export interface Walk {
  /** The bell's place after 0, 1, 2 … M-steps. */
  readonly means: readonly number[];
  /** What iteration i did to the bound: one entry less than `means`. */
  readonly steps: readonly BoundStep[];
  /** Points of the bell, `Σ r`, at each of `means`: the bound's curvature. */
  readonly counts: readonly number[];
}

/** Ends that are closer than this are the same peak. */
const ONE_PEAK = 0.1;

/** Runs EM to the end, keeping every step. */
export async function walkFrom(start: number, points: HostPoints): Promise<Walk> {
  const run = await estimatorFrom(start).start(points);
  const means = [start];
  for await (const { model } of run) means.push(model.means[0]![0]!);
  using fit = await run.finish();
  const counts = await Promise.all(means.map((mean) => countAt(mean, points)));
  return { means, steps: fit.bounds, counts };
}

/** Only the place of the bell is free. */
function estimatorFrom(start: number): GaussianMixture {
  return new GaussianMixture({
    ...{ nComponents: 1, covarianceType: 'spherical', regCovar: 0, freeze: ['weights', 'covariances'] },
    ...{ init: new MixtureModel(bellAt(start)), bounds: true, tol: 1e-8, ...ON_CPU },
  });
}

async function countAt(mean: number, points: HostPoints): Promise<number> {
  const shares = await new MixtureModel(bellAt(mean)).predictProba(points, ON_CPU);
  // Two columns: the bell, the background.
  let count = 0;
  for (let i = 0; i < shares.length; i += 2) count += shares[i]!;
  return count;
}

/** The log-likelihood of a bell at each of some places. */
export function profile(at: readonly number[], points: HostPoints): Promise<number[]> {
  return inTurn(at, async (mean) => (await new MixtureModel(bellAt(mean)).evaluate(points, ON_CPU)).logLikelihood);
}

/** The number of the peak, counted from the left, that EM's way from each of some starts ends on. */
export async function peaksOf(starts: readonly number[], points: HostPoints): Promise<number[]> {
  const ends = await inTurn(starts, async (start) => {
    using fit = await estimatorFrom(start).fit(points);
    return fit.means[0]![0]!;
  });
  const peaks: number[] = [];
  for (const end of ends.toSorted((a, b) => a - b)) {
    if (peaks.length === 0 || end - peaks.at(-1)! > ONE_PEAK) peaks.push(end);
  }
  return ends.map((end) => peaks.findLastIndex((place) => place <= end));
}

/**
 * The bound of the E-step at `means[i]` as a function of the bell's place: with the responsibilities held, a parabola whose top the M-step
 * finds.
 */
export function boundOf({ means, steps, counts }: Walk, i: number): (place: number) => number {
  const top = means[i + 1]!;
  const { elbo } = steps[i]!.maximization;
  const curvature = counts[i]! / BELL_VARIANCE;
  return (place) => elbo - (curvature / 2) * (place - top) ** 2;
}
