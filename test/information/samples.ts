import { determinant, inverse, Matrix } from 'ml-matrix';
import { createCpuBackend } from '../../src/backends/cpu/backend.ts';
import type { HostPoints } from '../../src/data/points.ts';
import type { Dataset } from '../../src/em/types.ts';
import { flatten } from '../../src/estimators/model-json.ts';
import type { MixtureAt, ParameterValues } from '../../src/estimators/natural-gradient.ts';
import { type CovarianceType, covarianceShapes } from '../../src/families/covariance.ts';
import { gaussianFamily } from '../../src/families/gaussian.ts';
import type { MixtureParameters } from '../../src/families/parameters.ts';
import type { GaussianMixtureJSON } from '../../src/public.ts';
import { randomRows, uniforms } from '../cpu/samples.ts';

export const TYPES = Object.keys(covarianceShapes) as CovarianceType[];

export const backend = createCpuBackend();

/** Does something with points at home on the CPU, in the frame that an estimator would choose. */
export async function over<T>(
  points: HostPoints,
  mixture: MixtureAt,
  use: (dataset: Dataset) => Promise<T>,
): Promise<T> {
  const { scaling } = gaussianFamily({ ...mixture, regCovar: 0 });
  const dataset = await backend.load(points, { scaling });
  try {
    return await use(dataset);
  } finally {
    dataset.destroy();
  }
}

/** A model's parameters as the functions under test want them. */
export function mixtureOf(model: GaussianMixtureJSON): MixtureAt {
  const { covarianceType, noise, weights, means, covariances } = model;
  return {
    ...{ covarianceType, noise },
    parameters: {
      weights: Float64Array.from(noise ? [...weights, noise.weight] : weights),
      means: flatten(means),
      covariances: flatten(covariances),
    },
  };
}

/** Overlapping components; features of units a thousand times apart where the type allows it, and far from 0. */
export function randomMixture(
  covarianceType: CovarianceType,
  K: number,
  D: number,
  seed: number,
  noise = false,
): MixtureAt {
  const next = uniforms(seed);
  const { form, shared } = covarianceShapes[covarianceType];
  const units = unitsOf(covarianceType, D);
  const block = () => {
    if (form === 'scalar') return [(0.5 + next()) * units[0]! ** 2];
    if (form === 'diagonal') return units.map((u) => (0.5 + next()) * u * u);
    const a = Array.from({ length: D * D }, () => 2 * next() - 1);
    const entry = (i: number, j: number) =>
      a.slice(i * D, (i + 1) * D).reduce((sum, x, c) => sum + x * a[j * D + c]!, i === j ? 0.6 : 0);
    return Array.from({ length: D * D }, (_, at) => {
      const [i, j] = [Math.floor(at / D), at % D];
      return entry(i, j) * units[i]! * units[j]!;
    });
  };
  const raw = Array.from({ length: K + (noise ? 1 : 0) }, () => 0.3 + next());
  const total = raw.reduce((a, b) => a + b);
  return {
    covarianceType,
    ...(noise && { noise: { logVolume: Math.log(200) + units.reduce((sum, u) => sum + Math.log(u), 0) } }),
    parameters: {
      weights: Float64Array.from(raw, (w) => w / total),
      means: Float64Array.from({ length: K * D }, (_, i) => units[i % D]! * (50 + 2 * next())),
      covariances: Float64Array.from(Array.from({ length: shared ? 1 : K }, block).flat()),
    },
  };
}

function unitsOf(covarianceType: CovarianceType, D: number): number[] {
  const apart = covarianceShapes[covarianceType].form !== 'scalar';
  return Array.from({ length: D }, (_, d) => (apart && d === 1 ? 1000 : 1));
}

/** Points where {@link randomMixture} has its components, but not drawn from it: the parameters are not at a maximum. */
export function pointsNear({ covarianceType }: MixtureAt, N: number, D: number, seed: number): HostPoints {
  const units = unitsOf(covarianceType, D);
  const data = randomRows(N, D, seed).map((x, i) => units[i % D]! * (51 + 1.3 * x));
  return { data, nFeatures: D };
}

/** `[K][D][D]` */
function matricesOf({ covarianceType, parameters: { means, covariances } }: MixtureAt, D: number): Matrix[] {
  const { form, shared } = covarianceShapes[covarianceType];
  const K = means.length / D;
  const size = covariances.length / (shared ? 1 : K);
  return Array.from({ length: K }, (_, k) => {
    const block = covariances.subarray(shared ? 0 : k * size, (shared ? 1 : k + 1) * size);
    if (form === 'matrix') return Matrix.from1DArray(D, D, block);
    return Matrix.diag(Array.from({ length: D }, (_, d) => block[d % size]!));
  });
}

/** `log(w_k f_k(x_n))` by the textbook's formula: one row of K numbers per point, noise last. */
export function logJoint({ data, nFeatures: D }: HostPoints, mixture: MixtureAt): number[][] {
  const { parameters, noise } = mixture;
  const { weights, means } = parameters;
  const components = matricesOf(mixture, D).map((sigma) => ({
    precision: inverse(sigma).to2DArray(),
    constant: -0.5 * (D * Math.log(2 * Math.PI) + Math.log(determinant(sigma))),
  }));
  return Array.from({ length: data.length / D }, (_, n) =>
    Array.from(weights, (weight, k) => {
      if (k === components.length) return Math.log(weight) - noise!.logVolume;
      const { precision, constant } = components[k]!;
      const z = Array.from({ length: D }, (_, d) => data[n * D + d]! - means[k * D + d]!);
      let square = 0;
      for (let i = 0; i < D; i++) for (let j = 0; j < D; j++) square += z[i]! * precision[i]![j]! * z[j]!;
      return Math.log(weight) + constant - 0.5 * square;
    }),
  );
}

export const logSumExp = (values: number[]): number => {
  const peak = Math.max(...values);
  return peak + Math.log(values.reduce((sum, v) => sum + Math.exp(v - peak), 0));
};

/** The log-likelihood, point by point. */
export function naiveLogLikelihood(points: HostPoints, mixture: MixtureAt, sampleWeight?: ArrayLike<number>): number {
  return logJoint(points, mixture).reduce((sum, row, n) => sum + (sampleWeight?.[n] ?? 1) * logSumExp(row), 0);
}

/** A free parameter by its entries of `MixtureParameters`, with a step that fits its size. */
export interface Move {
  readonly part: keyof MixtureParameters;
  readonly entries: readonly (readonly [index: number, factor: number])[];
  readonly size: number;
}

export function moved(mixture: MixtureAt, moves: readonly (readonly [Move, number])[]): MixtureAt {
  const parameters = structuredClone(mixture.parameters);
  for (const [{ part, entries }, step] of moves) {
    for (const [index, factor] of entries) parameters[part][index]! += factor * step;
  }
  return { ...mixture, parameters };
}

/** Each entry on its own, matrices by pairs of mirror images; of their size in deviations of the points' spread. */
export function allMoves(mixture: MixtureAt, D: number): Move[] {
  const { covarianceType, parameters } = mixture;
  const { form } = covarianceShapes[covarianceType];
  const units = unitsOf(covarianceType, D);
  const moves: Move[] = [];
  parameters.weights.forEach((_, k) => {
    moves.push({ part: 'weights', entries: [[k, 1]], size: 0.1 });
  });
  parameters.means.forEach((_, i) => {
    moves.push({ part: 'means', entries: [[i, 1]], size: units[i % D]! });
  });
  parameters.covariances.forEach((_, at) => {
    const [i, j] = form === 'matrix' ? [Math.floor(at / D) % D, at % D] : [at % D, at % D];
    if (form === 'matrix' && j > i) return;
    const mirror = at - i * D - j + j * D + i;
    const entries =
      form === 'matrix' && i !== j
        ? ([
            [at, 1],
            [mirror, 1],
          ] as const)
        : ([[at, 1]] as const);
    moves.push({ part: 'covariances', entries, size: 0.3 * (form === 'scalar' ? 1 : units[i]! * units[j]!) });
  });
  return moves;
}

/** The numbers of nested values in the order of `MixtureParameters`. */
export function flatValues({ weights, noise, means, covariances }: ParameterValues): MixtureParameters {
  return {
    weights: Float64Array.from(noise === undefined ? weights : [...weights, noise]),
    means: flatten(means),
    covariances: flatten(covariances),
  };
}
