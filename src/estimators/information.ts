import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Dataset, RunOptions, Statistics } from '../em/types.ts';
import { EmgpuError } from '../errors.ts';
import {
  alongCoordinates,
  type CompleteInformation,
  type Coordinate,
  type Coordinates,
  completeCurvature,
  completeInformation,
  coordinatesOf,
  moveAlong,
  stepsAt,
} from '../families/gaussian-information.ts';
import { gradientAt, sumsAbout } from '../families/gaussian-score.ts';
import type { MixtureParameters } from '../families/parameters.ts';
import { cholesky, invertTransposed } from '../math/cholesky.ts';
import { bringIntoFrame, type MixtureAt, nestValues, type ParameterValues, sizesOf } from './natural-gradient.ts';

/** How well the points determine the parameters, in data units. */
export interface FisherInformation {
  /** N: how many points it was computed from. */
  readonly nSamples: number;
  /** `Σ w` of these points: standard errors fall with its square root. */
  readonly totalWeight: number;
  /** Total log-likelihood of these points, natural logarithm. */
  readonly logLikelihood: number;
  /**
   * The p free parameters in the order of the matrices' rows: `weights[0]`, `means[0][1]`, `covariances[0][1][0]` … The largest weight is not among
   * them, since weights sum to 1, nor are upper triangles.
   */
  readonly names: string[];
  /** p × p: minus the Hessian of the log-likelihood. */
  readonly observed: number[][];
  /** What the information would be if it were known which component each point came from: blocks of a p × p matrix, zeros between them. */
  readonly complete: {
    readonly weights: number[][];
    /** `[K][D][D]`: `N_k Σ_k⁻¹` */
    readonly means: number[][][];
    /** For each covariance (K, or 1 that all share), over its free entries: `½ N_k tr(Σ⁻¹ E_a Σ⁻¹ E_b)` */
    readonly covariances: number[][][];
  };
  /**
   * The largest share of the complete information that is missing for want of labels, in any direction. At a maximum it is EM's rate
   * of convergence: the factor by which an iteration shrinks the distance to it (Dempster, Laird & Rubin 1977).
   */
  readonly missingShare?: number;
  /** p × p, the inverse of `observed`: the asymptotic covariance of the estimates. Absent where `indefinite` says why. */
  readonly covariance?: number[][];
  /**
   * Standard errors of all parameters: square roots of the diagonal of `covariance`. That of the largest weight is the error of 1 minus the others;
   * entries above a matrix's diagonal have that of their mirror images.
   */
  readonly standardErrors?: ParameterValues;
  /** Why there are no standard errors. */
  readonly indefinite?: string;
  /**
   * The largest component of Newton's step towards the maximum of the log-likelihood of these points, in standard errors. Near 0 right after a
   * converged fit to the same points; typically 1 or more for other points, even from the same distribution. Absent where `indefinite` says why.
   */
  readonly offMaximum?: number;
  /**
   * Why the standard errors may not be those of the fit: `offMaximum` is above 0.5, or a fit was given points that differ from the fitted ones in
   * number or total weight. Absent where nothing speaks against them.
   */
  readonly caution?: string;
}

/** Differences are taken over this share of the standard error that one point would leave: a compromise between curvature and float32's rounding. */
const STEP = 2e-3;
/** Less than this share of the complete information cannot be told from the error of the differences. */
const LEAST_SHARE = 1e-4;
/** Parameters this many standard errors off were not fitted to these points, or not to the end. */
const FAR = 0.5;

/**
 * The information that points carry about a mixture's parameters, complete-data and observed, and standard errors. With p free parameters 2 p + 1
 * passes over the points. A mixture does not know which points it was fitted to; where the log-likelihood of these points is largest at other
 * parameters, `caution` says so.
 *
 * Minus the Hessian of the log-likelihood is the curvature of EM's own function, a closed form, less the change of the gradient when only the
 * responsibilities are those of other parameters (Oakes 1999). That change is found by central differences; where components do not overlap it is 0,
 * and so is its error.
 *
 * Throws `invalid-points` where the columns' units are such that float64 has no room for the information: beyond about 1e±77.
 */
export async function fisherInformation(
  dataset: Dataset,
  mixture: MixtureAt,
  run: RunOptions = {},
): Promise<FisherInformation> {
  const { frame } = dataset;
  const { shape, family, parameters } = bringIntoFrame(mixture, dataset);
  const coordinates = coordinatesOf(shape, parameters, frame);
  const expectation = (at: MixtureParameters) => dataset.expectation(family.pack(at, frame), run);
  const statistics = await expectation(parameters);
  const sums = sumsAbout(shape, statistics, parameters.means);
  const steps = stepsAt(shape, sums, parameters, coordinates, STEP);
  const p = steps.length;
  const observed = completeCurvature(shape, sums, parameters, coordinates);
  for (const [j, coordinate] of coordinates.all.entries()) {
    const gradientUnder = async (step: number) => {
      const elsewhere = await expectation(moveAlong(parameters, coordinate, step));
      return alongCoordinates(coordinates, gradientAt(shape, elsewhere, parameters));
    };
    const ahead = await gradientUnder(steps[j]!);
    const behind = await gradientUnder(-steps[j]!);
    for (let i = 0; i < p; i++) observed.set(i, j, observed.get(i, j) - (ahead[i]! - behind[i]!) / (2 * steps[j]!));
  }
  // The Hessian is symmetric but for the error of the differences.
  observed.add(observed.transpose()).mul(0.5);
  const complete = completeInformation(shape, sums, parameters, coordinates);
  const names = namesOf(mixture, coordinates);
  const publish = publisherOf(names, coordinates);
  const gradient = alongCoordinates(coordinates, gradientAt(shape, statistics, parameters));
  return {
    ...{ nSamples: statistics.nSamples, totalWeight: statistics.totalWeight },
    logLikelihood: family.report(statistics.objective, frame),
    names,
    observed: publish(observed, -1),
    complete: publishComplete(complete, publish),
    ...describe(
      invert(observed, complete, whyOf(names, coordinates, parameters, statistics)),
      { names, publish, gradient },
      (v) => errorsOf(v, coordinates, parameters, mixture),
    ),
  };
}

function namesOf(mixture: MixtureAt, { all }: Coordinates): string[] {
  const { K, D, dimensions } = sizesOf(mixture);
  const shapes = { weights: [K], means: [K, D], covariances: dimensions };
  return all.map(({ part, moves }: Coordinate) => {
    let index = moves[0]![0];
    if (part === 'weights' && index === K) return 'noise.weight';
    const places = shapes[part].toReversed().map((length: number) => {
      const place = index % length;
      index = (index - place) / length;
      return `[${place}]`;
    });
    return part + places.toReversed().join('');
  });
}

/** Converts a matrix over the parameters from `first` on to data units and nested arrays. `power`: −1 for an information, 1 for a covariance. */
type Publisher = (matrix: Matrix, power: 1 | -1, first?: number) => number[][];

/** Smaller numbers lose digits in float64, and in the end all of them. */
const LEAST_NORMAL = 2 ** -1022;

/** A publisher multiplies row and column i by the unit of parameter i to the given power. */
function publisherOf(names: readonly string[], { all }: Coordinates): Publisher {
  return (matrix, power, first = 0) => {
    const factors = all.slice(first, first + matrix.rows).map(({ unit }) => unit ** power);
    const scaled = matrix.clone().mulRowVector(factors).mulColumnVector(factors).to2DArray();
    scaled.forEach((row, i) => {
      const lost = matrix.get(i, i) !== 0 && Math.abs(row[i]!) < LEAST_NORMAL;
      if (lost || !row.every(Number.isFinite)) refuseUnits(names[first + i]!);
    });
    return scaled;
  };
}

function refuseUnits(name: string): never {
  throw new EmgpuError(
    'invalid-points',
    `In the units of these columns the information on ${name} is beyond float64, which has room from 1e-308 to 1e308: of a covariance it goes as their fourth power.`,
    'Divide the columns by constants near their spread, in the points and in the model.',
  );
}

function publishComplete({ weights, means, covariances }: CompleteInformation, publish: Publisher) {
  let at = weights.rows;
  const next = (block: Matrix) => {
    at += block.rows;
    return publish(block, -1, at - block.rows);
  };
  return { weights: weights.to2DArray(), means: means.map(next), covariances: covariances.map(next) };
}

/** An inverse in frame units, or why there is none. */
type Inverse =
  | { readonly missingShare: number; readonly covariance: Matrix }
  | { readonly missingShare?: number; readonly indefinite: string };

/**
 * The inverse of the observed information, where it has one. With `complete = L Lᵀ` and `U = L⁻ᵀ` the eigenvalues of `Uᵀ observed U` are shares of the
 * complete information, whatever the parameters' units and however they are correlated.
 */
function invert(observed: Matrix, complete: CompleteInformation, why: Why): Inverse {
  const p = observed.rows;
  const whole = Matrix.zeros(p, p);
  let at = 0;
  for (const block of [complete.weights, ...complete.means, ...complete.covariances]) {
    if (block.rows > 0) whole.setSubMatrix(block, at, at);
    at += block.rows;
  }
  const factor = cholesky(Float64Array.from(whole.to1DArray()), p);
  if (!factor)
    return { indefinite: 'A component has no points, or a covariance so narrow that rounding is all it holds.' };
  const u = Matrix.from1DArray(p, p, invertTransposed(factor, p));
  const shares = u.transpose().mmul(observed).mmul(u);
  shares.add(shares.transpose()).mul(0.5);
  const { realEigenvalues, eigenvectorMatrix: q } = new EigenvalueDecomposition(shares, { assumeSymmetric: true });
  const least = realEigenvalues.reduce((a, b) => Math.min(a, b));
  const missingShare = 1 - least;
  if (least < LEAST_SHARE) {
    const direction = q.getColumn(realEigenvalues.indexOf(least)).map(Math.abs);
    return { missingShare, indefinite: why(direction.indexOf(Math.max(...direction)), least) };
  }
  const root = u.mmul(q).mulRowVector(realEigenvalues.map((share) => 1 / Math.sqrt(share)));
  return { missingShare, covariance: root.mmul(root.transpose()) };
}

/** Why there is no inverse, where parameter j makes up most of a direction with this share of the complete information. */
type Why = (j: number, share: number) => string;

function whyOf(
  names: readonly string[],
  { all }: Coordinates,
  { weights }: MixtureParameters,
  { nSamples }: Pick<Statistics, 'nSamples'>,
): Why {
  return (j, share) => {
    const { part, moves } = all[j]!;
    const weight = weights[moves[0]![0]]!;
    // Of labels that are as good as never drawn, the complete information is without bounds.
    if (part === 'weights' && weight * nSamples < 1) {
      const value = Number(weight.toPrecision(2));
      return `${names[j]} is ${value}, less than the share of one point: at its edge it has no standard error. Fit without that component.`;
    }
    const what = share < -LEAST_SHARE ? 'is not at a maximum' : 'is flat';
    return `The log-likelihood ${what} in a direction that is mostly ${names[j]}.`;
  };
}

/** What is published of the inverse. `gradient`: that of the log-likelihood by the free parameters, frame units. */
function describe(
  inverse: Inverse,
  at: { readonly names: readonly string[]; readonly publish: Publisher; readonly gradient: Float64Array },
  errors: (covariance: Matrix) => ParameterValues,
): Pick<FisherInformation, 'missingShare' | 'covariance' | 'standardErrors' | 'indefinite' | 'offMaximum' | 'caution'> {
  if ('indefinite' in inverse) return inverse;
  const { missingShare } = inverse;
  const step = inverse.covariance.mmul(Matrix.columnVector(at.gradient)).to1DArray();
  const far = step.map((move, i) => Math.abs(move) / Math.sqrt(inverse.covariance.get(i, i)));
  const offMaximum = far.reduce((a, b) => Math.max(a, b));
  const covariance = at.publish(inverse.covariance, 1);
  return {
    ...{ missingShare, covariance, standardErrors: errors(inverse.covariance), offMaximum },
    ...(offMaximum > FAR && { caution: cautionOf(at.names[far.indexOf(offMaximum)]!, offMaximum) }),
  };
}

function cautionOf(name: string, offMaximum: number): string {
  return (
    `The log-likelihood of these points is largest elsewhere: ${name} would move by about ${Number(offMaximum.toPrecision(2))} of its standard errors. ` +
    'Standard errors are those of a fit only on the points that it was made to, where it ran to its end without regulariser, prior or frozen parameters.'
  );
}

/** The standard error of every entry of the parameters, in data units, by the coordinates that move it. `covariance`: in frame units. */
function errorsOf(
  covariance: Matrix,
  { all, reference }: Coordinates,
  parameters: MixtureParameters,
  mixture: MixtureAt,
): ParameterValues {
  const errors = {
    weights: new Float64Array(parameters.weights.length),
    means: new Float64Array(parameters.means.length),
    covariances: new Float64Array(parameters.covariances.length),
  };
  all.forEach(({ part, moves, unit }, j) => {
    // The root is taken first: the squares of units may be beyond float64.
    for (const [index] of moves) errors[part][index] = Math.sqrt(covariance.get(j, j)) * unit;
  });
  const last = parameters.weights.length - 2;
  errors.weights[reference] = last < 0 ? 0 : Math.sqrt(covariance.subMatrix(0, last, 0, last).sum());
  return nestValues(errors, mixture);
}
