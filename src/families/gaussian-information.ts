import { Matrix } from 'ml-matrix';
import type { Frame } from '../data/frame.ts';
import { type CovarianceShape, countBlocks } from './covariance.ts';
import { entriesOf } from './entries.ts';
import { type BlockMatrices, type CenteredSums, covarianceGradient, matricesOf } from './gaussian-score.ts';
import type { MixtureParameters } from './parameters.ts';

/**
 * A free parameter: the part of `MixtureParameters` it lives in, and the entries there that it moves and how much. A weight moves the
 * reference weight, too, since weights sum to 1; an entry of a covariance matrix moves its mirror image.
 */
export interface Coordinate {
  readonly part: keyof MixtureParameters;
  readonly moves: readonly (readonly [index: number, factor: number])[];
  /** Data units per frame unit. */
  readonly unit: number;
}

/** The free parameters of a mixture in a fixed order: weights but the reference, means, covariances (lower triangles by rows). */
export interface Coordinates {
  readonly all: readonly Coordinate[];
  /** The index of the largest weight, which follows from the others. As it is the largest, it is no small difference of large numbers. */
  readonly reference: number;
}

export function coordinatesOf(shape: CovarianceShape, parameters: MixtureParameters, { scale }: Frame): Coordinates {
  const { weights, means } = parameters;
  const D = scale.length;
  const reference = weights.indexOf(weights.reduce((a, b) => Math.max(a, b)));
  const all: Coordinate[] = [];
  weights.forEach((_, k) => {
    const moves = [[k, 1] as const, [reference, -1] as const];
    if (k !== reference) all.push({ part: 'weights', moves, unit: 1 });
  });
  means.forEach((_, i) => {
    all.push({ part: 'means', moves: [[i, 1]], unit: scale[i % D]! });
  });
  const { size, row, column } = entriesOf(shape.form, D);
  const matrix = shape.form === 'matrix';
  for (let b = 0; b < countBlocks(shape, means.length / D); b++) {
    for (let e = 0; e < size; e++) {
      const [i, j] = [row[e]!, column[e]!];
      const at = matrix ? [...new Set([i * D + j, j * D + i])].map((index) => b * D * D + index) : [b * size + e];
      all.push({ part: 'covariances', moves: at.map((index) => [index, 1]), unit: scale[i]! * scale[j]! });
    }
  }
  return { all, reference };
}

/** The gradient by the free parameters, from the gradient by all entries. */
export function alongCoordinates({ all }: Coordinates, gradient: MixtureParameters): Float64Array {
  return Float64Array.from(all, ({ part, moves }) =>
    moves.reduce((sum, [index, factor]) => sum + factor * gradient[part][index]!, 0),
  );
}

/** The parameters a step along one coordinate away. */
export function moveAlong(parameters: MixtureParameters, { part, moves }: Coordinate, step: number): MixtureParameters {
  const moved = Float64Array.from(parameters[part]);
  for (const [index, factor] of moves) moved[index]! += factor * step;
  return { ...parameters, [part]: moved };
}

/** The complete-data information, block by block: with known responsibilities these parameters are independent. Frame units. */
export interface CompleteInformation {
  /** Over the free weights: `diag(N / w_k)`, with `N / w_r` of the reference added to every entry. */
  readonly weights: Matrix;
  /** K of D × D: `N_k P`. */
  readonly means: Matrix[];
  /** One per covariance, over its free entries: `½ N tr(P E_a P E_b)`. */
  readonly covariances: Matrix[];
}

/** The entries of a D × D matrix that an entry of a covariance stands for. */
type Direction = readonly (readonly [row: number, column: number])[];

function directionsOf({ form }: CovarianceShape, D: number): Direction[] {
  const { size, slot, row, column } = entriesOf(form, D);
  const directions: [number, number][][] = Array.from({ length: size }, () => []);
  for (let e = 0; e < slot.length; e++) {
    const [i, j] = [row[e]!, column[e]!];
    directions[slot[e]!]!.push([i, j]);
    if (i !== j) directions[slot[e]!]!.push([j, i]);
  }
  return directions;
}

/** `tr(E_a X E_b Y)` */
function traceOf(a: Direction, x: Matrix, b: Direction, y: Matrix): number {
  let sum = 0;
  for (const [i, j] of a) for (const [k, l] of b) sum += x.get(j, k) * y.get(l, i);
  return sum;
}

/** The complete-data information, from how many points each component has. */
export function completeInformation(
  shape: CovarianceShape,
  sums: CenteredSums,
  { weights, covariances }: MixtureParameters,
  { reference }: Coordinates,
): CompleteInformation {
  const { nFeatures: D, nComponents: K, counts, blockCounts } = sums;
  const total = counts.reduce((a, b) => a + b, 0);
  const directions = directionsOf(shape, D);
  const blocks = Array.from({ length: countBlocks(shape, K) }, (_, b) => matricesOf(shape, sums, covariances, b));
  return {
    weights: withReference(
      weights.map((w) => total / w),
      reference,
    ),
    means: Array.from({ length: K }, (_, k) => Matrix.mul(blocks[shape.shared ? 0 : k]!.precision, counts[k]!)),
    covariances: blocks.map(({ precision }, b) =>
      tabulate(directions.length, directions.length, (i, j) => {
        return 0.5 * blockCounts[b]! * traceOf(directions[i]!, precision, directions[j]!, precision);
      }),
    ),
  };
}

/** The block of the free weights, from the information that each weight would have if the reference did not change with it. */
function withReference(own: Float64Array, reference: number): Matrix {
  const free = own.filter((_, k) => k !== reference);
  return tabulate(free.length, free.length, (i, j) => own[reference]! + (i === j ? free[i]! : 0));
}

/**
 * Steps along the coordinates for taking differences: `share` of a weight, and for means and covariances `share` of the standard error that a
 * single point of the component would leave. So no step can make a covariance indefinite.
 */
export function stepsAt(
  shape: CovarianceShape,
  sums: CenteredSums,
  parameters: MixtureParameters,
  coordinates: Coordinates,
  share: number,
): Float64Array {
  const ones = { ...sums, counts: sums.counts.map(() => 1), blockCounts: sums.blockCounts.map(() => 1) };
  const { means, covariances } = completeInformation(shape, ones, parameters, coordinates);
  const perPoint = [...means, ...covariances].flatMap((block) => block.diagonal());
  const first = coordinates.all.length - perPoint.length;
  return Float64Array.from(coordinates.all, ({ part, moves }, j) =>
    part === 'weights' ? share * parameters.weights[moves[0]![0]]! : share / Math.sqrt(perPoint[j - first]!),
  );
}

/**
 * Minus the second derivatives, by the free parameters, of the expected complete-data log-likelihood with responsibilities held fixed. Where the
 * M-step has nothing left to do this equals the complete-data information; elsewhere it does not, but still says how the gradient changes.
 */
export function completeCurvature(
  shape: CovarianceShape,
  sums: CenteredSums,
  { weights, covariances }: MixtureParameters,
  { all, reference }: Coordinates,
): Matrix {
  const { nFeatures: D, nComponents: K, counts, first, blockCounts } = sums;
  const curvature = Matrix.zeros(all.length, all.length);
  const ofWeights = withReference(
    counts.map((count, k) => count / weights[k]! ** 2),
    reference,
  );
  const toMeans = ofWeights.rows;
  const toCovariances = toMeans + K * D;
  const directions = directionsOf(shape, D);
  if (toMeans > 0) curvature.setSubMatrix(ofWeights, 0, 0);
  for (let b = 0; b < countBlocks(shape, K); b++) {
    const block = matricesOf(shape, sums, covariances, b);
    const own = toCovariances + b * directions.length;
    curvature.setSubMatrix(covarianceCurvature(block, blockCounts[b]!, directions), own, own);
    for (let k = shape.shared ? 0 : b; k < (shape.shared ? K : b + 1); k++) {
      const at = toMeans + k * D;
      const mixed = mixedCurvature(block, first.subarray(k * D, (k + 1) * D), directions);
      curvature.setSubMatrix(Matrix.mul(block.precision, counts[k]!), at, at);
      curvature.setSubMatrix(mixed, at, own);
      curvature.setSubMatrix(mixed.transpose(), own, at);
    }
  }
  return curvature;
}

/** `tr(E_a P E_b (P W P − ½ N P))`: second derivatives by two entries of a covariance. */
function covarianceCurvature(block: BlockMatrices, count: number, directions: readonly Direction[]): Matrix {
  const { precision } = block;
  // P W P − ½ N P is twice the gradient and ½ N P more.
  const inner = covarianceGradient(block, count)
    .mul(2)
    .add(Matrix.mul(precision, 0.5 * count));
  return tabulate(directions.length, directions.length, (i, j) =>
    traceOf(directions[i]!, precision, directions[j]!, inner),
  );
}

/** `P E P s₁`: second derivatives by a mean (rows) and an entry of a covariance (columns). */
function mixedCurvature({ precision }: BlockMatrices, first: Float64Array, directions: readonly Direction[]): Matrix {
  const a = precision.mmul(Matrix.columnVector(first));
  return tabulate(first.length, directions.length, (d, e) =>
    directions[e]!.reduce((sum, [i, j]) => sum + precision.get(d, i) * a.get(j, 0), 0),
  );
}

function tabulate(rows: number, columns: number, entry: (i: number, j: number) => number): Matrix {
  const table = Matrix.zeros(rows, columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) table.set(i, j, entry(i, j));
  return table;
}
