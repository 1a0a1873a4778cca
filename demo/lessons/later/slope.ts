import { GaussianMixture, type GridAxis, type HostPoints, MixtureModel, type MixtureParts } from 'emgpu';
import { ON_CPU } from '../kit/index.ts';
import { inTurn, places } from './points.ts';
import { twoBells } from './scenes.ts';

/** The two means, `[first, second]`. */
export type Pair = readonly [number, number];

/** A way up: where it stands after 0, 1, 2 … steps and how high that is. */
export interface Climb {
  readonly at: readonly Pair[];
  /** Log-likelihood at each of them. */
  readonly heights: readonly number[];
}

/** Steps that ways are followed for. */
export const MOST_STEPS = 60;
/** Beyond this a way is lost. */
const LOST = 100;

/** EM's own way, with only the means free; it stays where it has converged. */
export async function emFrom(start: Pair, points: HostPoints): Promise<Climb> {
  using run = await new GaussianMixture({
    ...{ nComponents: 2, covarianceType: 'spherical', regCovar: 0, freeze: ['weights', 'covariances'] },
    ...{ init: modelAt(start), tol: 0, maxIter: MOST_STEPS, ...ON_CPU },
  }).start(points);
  const at: Pair[] = [start];
  for await (const { model } of run) at.push(pairOf(model.means));
  return { at, heights: [...run.history] };
}

/** Gradient ascent: each mean moves by `rate` times its derivative. */
export async function gradientFrom(start: Pair, rate: number, points: HostPoints): Promise<Climb> {
  const at: Pair[] = [start];
  const heights: number[] = [];
  while (heights.length <= MOST_STEPS) {
    const here = at.at(-1)!;
    const { logLikelihood, gradient } = await modelAt(here).naturalGradient(points, ON_CPU);
    heights.push(logLikelihood);
    const [first, second] = pairOf(gradient.means);
    const next: Pair = [here[0] + rate * first, here[1] + rate * second];
    if (heights.length > MOST_STEPS || Math.hypot(...next) > LOST) break;
    at.push(next);
  }
  return { at, heights };
}

/** What it takes to move each mean at a place: the Fisher information of the complete data, `N_k / σ_k²`. */
export async function inertiaAt(here: Pair, points: HostPoints): Promise<Pair> {
  const { complete } = await modelAt(here).fisherInformation(points, ON_CPU);
  return pairOf(complete.means.map(([row]) => row!));
}

/**
 * The log-likelihood at the places of a grid of both means, as `Contours` wants it. Each bell's log-densities come from the engine once per place
 * of its own axis; what is left is to add two bells and sum over the points.
 */
export async function surface(x: GridAxis, y: GridAxis, points: HostPoints): Promise<Float64Array> {
  const weighted = (k: 0 | 1) => async (mean: number) => {
    const { weights } = twoBells(0, 0);
    const logs = await bell(k, mean).scoreSamples(points, ON_CPU);
    return Array.from(logs, (log) => weights[k]! * Math.exp(log));
  };
  const first = await inTurn(places(...x), weighted(0));
  const second = await inTurn(places(...y), weighted(1));
  const heights = new Float64Array(x[2] * y[2]);
  second.forEach((b, j) => {
    first.forEach((a, i) => {
      heights[j * x[2] + i] = a.reduce((sum, density, n) => sum + Math.log(density + b[n]!), 0);
    });
  });
  return heights;
}

/** The density of bell k with its weight, at some places of the line. */
export async function bellCurve(k: 0 | 1, mean: number, line: readonly number[]): Promise<number[][]> {
  const { weights } = twoBells(0, 0);
  const logs = await bell(k, mean).scoreSamples({ data: Float64Array.from(line), nFeatures: 1 }, ON_CPU);
  return line.map((x, i) => [x, weights[k]! * Math.exp(logs[i]!)]);
}

function modelAt([first, second]: Pair): MixtureModel {
  return new MixtureModel(twoBells(first, second));
}

/** Bell k alone. */
function bell(k: 0 | 1, mean: number): MixtureModel {
  const { covariances, ...rest } = twoBells(0, 0);
  const parts: MixtureParts = {
    ...rest,
    nComponents: 1,
    weights: [1],
    means: [[mean]],
    covariances: [(covariances as number[])[k]!],
  };
  return new MixtureModel(parts);
}

function pairOf(means: readonly (readonly number[])[]): Pair {
  return [means[0]![0]!, means[1]![0]!];
}
