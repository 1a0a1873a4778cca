import type { KernelParameters, Statistics } from '../../src/em/types.ts';

/** The formulas of `KernelParameters` and `Statistics`, one point and one component at a time. */
export interface Naive extends Statistics {
  readonly labels: number[];
  /** N × K */
  readonly responsibilities: number[];
  readonly logDensities: number[];
}

export interface NaiveOptions {
  /** One per row; absent: 1. */
  readonly weights?: ArrayLike<number>;
  /** Takes the place of the density of row n in component k; rows are divided by their sums. */
  readonly assigned?: (n: number, k: number) => number;
}

/** Everything that a dataset can return about row-major points in the frame. */
export function naive(rows: Float64Array, p: KernelParameters, options: NaiveOptions = {}): Naive {
  const { weights, assigned } = options;
  const { kind, nComponents, nFeatures: d } = p;
  const nSamples = rows.length / d;
  const counts = new Float64Array(nComponents);
  const first = new Float64Array(nComponents * d);
  const second = new Float64Array(secondLength(p));
  const labels: number[] = [];
  const responsibilities: number[] = [];
  const logDensities: number[] = [];
  let objective = 0;
  let totalWeight = 0;
  for (let n = 0; n < nSamples; n++) {
    const x = rows.subarray(n * d, (n + 1) * d);
    const w = weights ? weights[n]! : 1;
    const l = Array.from({ length: nComponents }, (_, k) =>
      assigned ? Math.log(assigned(n, k)) : logDensity(x, p, k),
    );
    const peak = Math.max(...l);
    const label = l.indexOf(peak);
    const total = l.reduce((sum, v) => sum + Math.exp(v - peak), 0);
    const hard = kind === 'k-means';
    const r = l.map((v, k) => (hard ? Number(k === label) : Math.exp(v - peak) / total));
    const density = hard ? peak : peak + Math.log(total);
    objective += w * density;
    totalWeight += w;
    labels.push(label);
    logDensities.push(density);
    responsibilities.push(...r);
    for (let k = 0; k < nComponents; k++) addMoments(x, p, k, w * r[k]!, counts, first, second);
  }
  const sums = { counts, first, second, objective, totalWeight };
  return {
    kind,
    nComponents,
    nFeatures: d,
    nSamples,
    centers: p.means,
    ...sums,
    labels,
    responsibilities,
    logDensities,
  };
}

/** k-means: minus the squared distance. */
function logDensity(x: Float64Array, p: KernelParameters, k: number): number {
  const { kind, nFeatures: d, precisionsCholesky: u } = p;
  const z = x.map((v, i) => v - p.means[k * d + i]!);
  let squares = 0;
  for (let j = 0; j < d; j++) {
    let y = z[j]!;
    if (kind === 'spherical') y *= u[k]!;
    if (kind === 'diag') y *= u[k * d + j]!;
    if (kind === 'full' || kind === 'tied') {
      const base = kind === 'full' ? k * d * d : 0;
      y = 0;
      for (let i = 0; i <= j; i++) y += u[base + i * d + j]! * z[i]!;
    }
    squares += y * y;
  }
  return kind === 'k-means' ? -squares : p.logNormalizers[k]! - 0.5 * squares;
}

function secondLength({ kind, nComponents, nFeatures: d }: KernelParameters): number {
  const triangle = (d * (d + 1)) / 2;
  const lengths = {
    full: nComponents * triangle,
    tied: triangle,
    diag: nComponents * d,
    spherical: nComponents,
    'k-means': 0,
  };
  return lengths[kind as keyof typeof lengths];
}

function addMoments(
  x: Float64Array,
  { kind, nFeatures: d, means }: KernelParameters,
  k: number,
  r: number,
  counts: Float64Array,
  first: Float64Array,
  second: Float64Array,
): void {
  const z = x.map((v, i) => v - means[k * d + i]!);
  counts[k]! += r;
  for (let i = 0; i < d; i++) {
    first[k * d + i]! += r * z[i]!;
    if (kind === 'diag') second[k * d + i]! += r * z[i]! * z[i]!;
    if (kind === 'spherical') second[k]! += r * z[i]! * z[i]!;
    if (kind !== 'full' && kind !== 'tied') continue;
    const base = kind === 'full' ? (k * d * (d + 1)) / 2 : 0;
    for (let j = 0; j <= i; j++) second[base + (i * (i + 1)) / 2 + j]! += r * z[i]! * z[j]!;
  }
}
