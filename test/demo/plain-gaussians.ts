// Mixtures of Gaussians in the plane by the formulas of any textbook, in float64: what the pages must show.
import { MixtureModel } from '../../src/index.ts';

export type Pair = readonly [number, number];
export type Matrix = readonly [Pair, Pair];

/** Covariance of a round Gaussian. */
export const round = (variance: number): Matrix => [
  [variance, 0],
  [0, variance],
];
/** Squared distance. */
export const squared = (a: Pair, b: Pair) => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2;
export const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** Density of a Gaussian in two dimensions. */
function density([x, y]: Pair, mean: Pair, [[xx, xy], [, yy]]: Matrix): number {
  const [dx, dy] = [x - mean[0], y - mean[1]];
  const determinant = xx * yy - xy * xy;
  const distance = (yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy) / determinant;
  return Math.exp(-distance / 2) / (2 * Math.PI * Math.sqrt(determinant));
}

export interface Mixture {
  readonly weights: readonly number[];
  readonly means: readonly Pair[];
  readonly covariances: readonly Matrix[];
}

/** Weight times density of each component at a point. */
export function products({ weights, means, covariances }: Mixture, at: Pair): number[] {
  return weights.map((weight, k) => weight * density(at, means[k]!, covariances[k]!));
}

/** `[K]` */
export function responsibilities(mixture: Mixture, at: Pair): number[] {
  const all = products(mixture, at);
  return all.map((product) => product / sum(all));
}

/** Total, natural logarithm. */
export function logLikelihood(mixture: Mixture, points: readonly Pair[]): number {
  return sum(points.map((point) => Math.log(sum(products(mixture, point)))));
}

/** Mean and covariance of points that count by weights. */
export function moments(points: readonly Pair[], weights: readonly number[]): { mean: Pair; covariance: Matrix } {
  const total = sum(weights);
  const average = (value: (point: Pair) => number) => sum(points.map((p, n) => weights[n]! * value(p))) / total;
  const mean: Pair = [average(([x]) => x), average(([, y]) => y)];
  const xx = average(([x]) => (x - mean[0]) ** 2);
  const xy = average(([x, y]) => (x - mean[0]) * (y - mean[1]));
  const yy = average(([, y]) => (y - mean[1]) ** 2);
  return {
    mean,
    covariance: [
      [xx, xy],
      [xy, yy],
    ],
  };
}

/** The mixture after a round of EM. */
export function iterate(points: readonly Pair[], start: Mixture): Mixture {
  const shares = points.map((point) => responsibilities(start, point));
  const columns = start.weights.map((_, k) => shares.map((row) => row[k]!));
  const found = columns.map((column) => moments(points, column));
  return {
    weights: columns.map((column) => sum(column) / points.length),
    means: found.map(({ mean }) => mean),
    covariances: found.map(({ covariance }) => covariance),
  };
}

/** The points that a page draws for itself, by the engine: only what is told of them is computed here. */
export function sample(mixture: Mixture, count: number, seed: number): { points: Pair[]; labels: number[] } {
  const shape = { covarianceType: 'full', nFeatures: 2, nComponents: mixture.weights.length } as const;
  const covariances = mixture.covariances.map((rows) => rows.map((row) => [...row]));
  const { weights, means } = mixture;
  const model = new MixtureModel({ ...shape, weights, means, covariances });
  const { data, labels } = model.sample(count, seed);
  return { points: Array.from({ length: count }, (_, n) => [data[2 * n]!, data[2 * n + 1]!]), labels: [...labels] };
}
