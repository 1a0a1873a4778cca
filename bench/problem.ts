import { randomNormal } from 'd3-random';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** The models that are timed. */
export const KINDS = ['full', 'tied', 'diag', 'spherical', 'k-means'] as const;
export type Kind = (typeof KINDS)[number];

export interface Problem {
  /** N × D, row-major. */
  readonly data: Float32Array<ArrayBuffer>;
  readonly nFeatures: number;
  /** K × D: the first K points. Far enough from any answer that k-means does not stop early. */
  readonly centers: number[][];
}

const SEED = 1;
/** Standard deviation of the groups' centres: neighbours overlap, so that iterations have work to do. */
const SPREAD = Math.sqrt(3);

/**
 * K groups of unit variance about normally distributed centres. The same numbers every time, and fewer points of the same
 * D and K are the first of more.
 */
export function makeProblem(nSamples: number, nFeatures: number, nComponents: number): Problem {
  const generator = xoroshiro128plus(SEED);
  const uniform = () => uniformFloat64(generator);
  const normal = randomNormal.source(uniform)();
  const groups = Float64Array.from({ length: nComponents * nFeatures }, () => SPREAD * normal());
  const data = new Float32Array(nSamples * nFeatures);
  for (let i = 0; i < data.length; ) {
    const group = Math.floor(uniform() * nComponents) * nFeatures;
    for (let d = 0; d < nFeatures; d++) data[i++] = groups[group + d]! + normal();
  }
  const centers = Array.from({ length: nComponents }, (_, k) => [...data.subarray(k * nFeatures, (k + 1) * nFeatures)]);
  return { data, nFeatures, centers };
}

/**
 * Rows that larger problems repeat. A model of repeated points is the model of the points, so the CPU reference has to
 * see them only once, however many the GPU sees. No multiple of a power of two: tiles and slabs end within a copy.
 */
export const BLOCK_ROWS = 50_000;

/** A problem of `copies` times the same points. */
export interface Tiled {
  readonly block: Problem;
  readonly copies: number;
  /** N, of all copies. */
  readonly nSamples: number;
}

/** The block made last: a size is searched for with the same points again and again. */
let last = makeProblem(1, 1, 1);

/** About `nSamples` points, exactly {@link nearestSize}. */
export function makeTiled(nSamples: number, nFeatures: number, nComponents: number): Tiled {
  const size = nearestSize(nSamples);
  const numbers = Math.min(size, BLOCK_ROWS) * nFeatures;
  const fits = last.nFeatures === nFeatures && last.centers.length === nComponents && last.data.length >= numbers;
  if (!fits) last = makeProblem(numbers / nFeatures, nFeatures, nComponents);
  const block = { ...last, data: last.data.subarray(0, numbers) };
  return { block, copies: (size * nFeatures) / numbers, nSamples: size };
}

/** The nearest number of points that problems come in: two significant digits, or whole blocks. */
export function nearestSize(nSamples: number): number {
  if (nSamples > BLOCK_ROWS) return Math.round(nSamples / BLOCK_ROWS) * BLOCK_ROWS;
  return Math.max(1, Number(nSamples.toPrecision(2)));
}

/** The largest such number up to `nSamples`. */
export function nearestSizeBelow(nSamples: number): number {
  const step = nSamples > BLOCK_ROWS ? BLOCK_ROWS : 10 ** Math.max(0, Math.floor(Math.log10(nSamples)) - 1);
  return Math.floor(nSamples / step) * step;
}

/** All copies in host memory. */
export function tileOnHost({ block, copies }: Tiled): Float32Array<ArrayBuffer> {
  const { data } = block;
  if (copies === 1) return data;
  const all = new Float32Array(data.length * copies);
  for (let i = 0; i < copies; i++) all.set(data, i * data.length);
  return all;
}
