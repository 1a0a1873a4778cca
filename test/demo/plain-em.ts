/** A Gaussian mixture in plain float64, D × D covariances; what the Lab's lessons are checked against. */
export interface PlainMixture {
  readonly weights: readonly number[];
  /** `[K][D]` */
  readonly means: readonly (readonly number[])[];
  /** `[K][D][D]` */
  readonly covariances: readonly (readonly (readonly number[])[])[];
}

type Row = readonly number[];

/** A row-major table as rows. */
export function rowsOf(data: ArrayLike<number>, width: number): number[][] {
  return Array.from({ length: data.length / width }, (_, i) =>
    Array.from({ length: width }, (_, d) => data[i * width + d]!),
  );
}

/** The logarithm of a Gaussian's density in one or two dimensions. */
function logNormal(x: Row, mean: Row, covariance: readonly Row[]): number {
  const [u, v = 0] = x.map((value, d) => value - mean[d]!) as [number, number?];
  const [a, b, c] =
    x.length === 1 ? [covariance[0]![0]!, 0, 1] : [covariance[0]![0]!, covariance[0]![1]!, covariance[1]![1]!];
  const determinant = a * c - b * b;
  const square = (c * u * u - 2 * b * u * v + a * v * v) / determinant;
  return -0.5 * (x.length * Math.log(2 * Math.PI) + Math.log(determinant) + square);
}

/** Responsibilities `[N][K]` and the log-likelihood. */
export function expectation(rows: readonly Row[], { weights, means, covariances }: PlainMixture) {
  let logLikelihood = 0;
  const shares = rows.map((x) => {
    const logs = weights.map((w, k) => Math.log(w) + logNormal(x, means[k]!, covariances[k]!));
    const most = Math.max(...logs);
    const total = logs.reduce((sum, log) => sum + Math.exp(log - most), 0);
    logLikelihood += most + Math.log(total);
    return logs.map((log) => Math.exp(log - most) / total);
  });
  return { shares, logLikelihood };
}

/** Weights, means and covariances of these shares; `regCovar` goes on the diagonals. */
export function maximization(rows: readonly Row[], shares: readonly Row[], regCovar = 1e-6): PlainMixture {
  const K = shares[0]!.length;
  const D = rows[0]!.length;
  const each = <T>(make: (k: number) => T) => Array.from({ length: K }, (_, k) => make(k));
  const counts = each((k) => shares.reduce((sum, row) => sum + row[k]!, 0));
  const mean = (k: number, of: (x: Row) => number) =>
    rows.reduce((sum, x, n) => sum + shares[n]![k]! * of(x), 0) / counts[k]!;
  const axes = Array.from({ length: D }, (_, d) => d);
  const means = each((k) => axes.map((d) => mean(k, (x) => x[d]!)));
  const covariances = each((k) => {
    const m = means[k]!;
    return axes.map((d) =>
      axes.map((e) => mean(k, (x) => (x[d]! - m[d]!) * (x[e]! - m[e]!)) + (d === e ? regCovar : 0)),
    );
  });
  return { weights: counts.map((count) => count / rows.length), means, covariances };
}

/** After some rounds of EM. */
export function iterate(rows: readonly Row[], start: PlainMixture, rounds: number): PlainMixture {
  let model = start;
  for (let i = 0; i < rounds; i++) model = maximization(rows, expectation(rows, model).shares);
  return model;
}

/** The index of the largest share of each row. */
export function labelsOf(shares: readonly Row[]): number[] {
  return shares.map((row) => row.indexOf(Math.max(...row)));
}

function squaredDistance(a: Row, b: Row): number {
  return a.reduce((sum, value, d) => sum + (value - b[d]!) ** 2, 0);
}

/** Soft k-means' shares `[N][K]`; for σ 0 those of k-means. */
export function softShares(rows: readonly Row[], centers: readonly Row[], sigma: number): number[][] {
  return rows.map((x) => {
    const squares = centers.map((center) => squaredDistance(x, center));
    const least = Math.min(...squares);
    if (sigma === 0) return squares.map((square) => (square === least ? 1 : 0));
    const masses = squares.map((square) => Math.exp((least - square) / (2 * sigma ** 2)));
    const total = masses.reduce((a, b) => a + b);
    return masses.map((mass) => mass / total);
  });
}

/** Soft k-means (σ 0: k-means) from given centres until nothing moves. */
export function softKMeans(rows: readonly Row[], start: readonly Row[], sigma: number): number[][] {
  let centers = start.map((center) => [...center]);
  for (let i = 0; i < 5000; i++) {
    const { means } = maximization(rows, softShares(rows, centers, sigma));
    const moved = Math.max(...means.map((mean, k) => squaredDistance(mean, centers[k]!)));
    centers = means.map((mean) => [...mean]);
    if (moved < 1e-20) break;
  }
  return centers;
}

/** k-means with the least inertia over starts at all pairs of some rows. */
export function bestOfTwo(rows: readonly Row[]): number[] {
  const some = rows.filter((_, i) => i % 24 === 0);
  const tries = some.flatMap((a, i) => some.slice(i + 1).map((b) => softKMeans(rows, [a, b], 0)));
  const inertia = (centers: readonly Row[]) =>
    rows.reduce((sum, x) => sum + Math.min(...centers.map((center) => squaredDistance(x, center))), 0);
  const best = tries.reduce((a, b) => (inertia(a) <= inertia(b) ? a : b));
  return labelsOf(softShares(rows, best, 0));
}

/** The adjusted Rand index by counting all pairs. */
export function randIndex(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const counts = [0, 0, 0, 0] as [number, number, number, number];
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const kind = (a[i] === a[j] ? 2 : 0) + (b[i] === b[j] ? 1 : 0);
      counts[kind as 0 | 1 | 2 | 3]++;
    }
  }
  const [neither, onlyB, onlyA, both] = counts;
  const expected = ((both + onlyA) * (both + onlyB)) / (both + onlyA + onlyB + neither);
  return (both - expected) / ((2 * both + onlyA + onlyB) / 2 - expected);
}
