import type { HostPoints } from '../../../src/data/points.ts';
import type { CovarianceType } from '../../../src/families/covariance.ts';
import { gaussianFamily } from '../../../src/families/gaussian.ts';
import type { MixtureParameters } from '../../../src/families/parameters.ts';
import faithful from '../../reference/data/faithful.csv?raw';
import iris from '../../reference/data/iris.csv?raw';
import golden from '../../reference/golden.json';
import { assertClose } from '../assert.ts';
import type { LaneCase } from '../types.ts';
import { gpuBackend, iterate } from './gpu.ts';

/** The numeric columns of a small CSV file with a header. */
function parse(csv: string): HostPoints {
  const rows = csv.trim().split('\n').slice(1);
  const cells = rows.map((row) =>
    row
      .split(',')
      .map(Number)
      .filter((x) => !Number.isNaN(x)),
  );
  return { data: Float64Array.from(cells.flat()), nFeatures: cells[0]!.length };
}

const data: Record<string, HostPoints> = { iris: parse(iris), faithful: parse(faithful) };

export type Trajectory = (typeof golden.trajectories)[number];

/** The start that golden.json describes: equal weights, means at rows, every covariance the diagonal of population variances. */
export function goldenStart({ data: name, covarianceType, startRows }: Trajectory): {
  points: HostPoints;
  start: MixtureParameters;
} {
  const points = data[name]!;
  const D = points.nFeatures;
  const x = Float64Array.from(points.data);
  const N = x.length / D;
  const K = startRows.length;
  const mean = Array.from(
    { length: D },
    (_, d) => x.reduce((sum, value, i) => (i % D === d ? sum + value : sum), 0) / N,
  );
  const variances = mean.map(
    (m, d) => x.reduce((sum, value, i) => (i % D === d ? sum + (value - m) ** 2 : sum), 0) / N,
  );
  const matrix = variances.flatMap((v, i) => variances.map((_, j) => (i === j ? v : 0)));
  const one = { full: matrix, tied: matrix, diag: variances, spherical: [variances.reduce((a, b) => a + b, 0) / D] };
  const covariance = one[covarianceType as keyof typeof one];
  return {
    points,
    start: {
      weights: new Float64Array(K).fill(1 / K),
      means: Float64Array.from(startRows.flatMap((row) => [...x.subarray(row * D, (row + 1) * D)])),
      covariances: Float64Array.from(covarianceType === 'tied' ? covariance : startRows.flatMap(() => covariance)),
    },
  };
}

/** Log-likelihoods after 1 … 100 M-steps, as scikit-learn gives them in float64. */
export const goldenCases: readonly LaneCase[] = golden.trajectories.map((trajectory) => ({
  name: `golden: ${trajectory.data}, K ${trajectory.nComponents}, ${trajectory.covarianceType}`,
  async run(context) {
    const { points, start } = goldenStart(trajectory);
    const family = gaussianFamily({ covarianceType: trajectory.covarianceType as CovarianceType, regCovar: 1e-6 });
    const pairs = trajectory.logLikelihood as [number, number][];
    const { history } = await iterate(gpuBackend(context), family, points, start, Math.max(...pairs.map(([i]) => i)));
    assertClose(
      pairs.map(([i]) => history[i]!),
      pairs.map(([, value]) => value),
      { relative: 1e-6 },
      'log-likelihoods',
    );
  },
}));
