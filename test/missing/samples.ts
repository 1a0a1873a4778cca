import fc from 'fast-check';
import { createCpuBackend } from '../../src/backends/cpu/backend.ts';
import type { Frame, Scaling } from '../../src/data/frame.ts';
import type { HostPoints } from '../../src/data/points.ts';
import { loadIncomplete } from '../../src/em/missing/load.ts';
import type { Dataset } from '../../src/em/types.ts';
import { MIXTURES, randomRows, randomWeights, uniforms } from '../cpu/samples.ts';

export const backend = createCpuBackend();

/** What a random case is made of. */
export interface Size {
  readonly N: number;
  readonly D: number;
  readonly K: number;
  readonly seed: number;
  /** Share of the cells that are missing. */
  readonly share: number;
  readonly weighted: boolean;
}

export const sizes: fc.Arbitrary<Size> = fc.record({
  N: fc.oneof(fc.integer({ min: 3, max: 40 }), fc.integer({ min: 250, max: 300 })),
  D: fc.integer({ min: 1, max: 6 }),
  K: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(),
  share: fc.double({ min: 0.05, max: 0.8, noNaN: true }),
  weighted: fc.boolean(),
});

export const kinds = fc.constantFrom(...MIXTURES);

/** Removes a share of the cells; every row keeps one. */
export function withGaps(data: Float64Array, D: number, share: number, seed: number): Float64Array {
  const next = uniforms(seed);
  const gappy = data.map((x) => (next() < share ? Number.NaN : x));
  for (let at = 0; at < gappy.length; at += D) {
    const kept = at + Math.floor(next() * D);
    if (gappy.subarray(at, at + D).every(Number.isNaN)) gappy[kept] = data[kept]!;
  }
  return gappy;
}

/** A frame that scales every feature in its own way. */
export function someFrame(D: number, isotropic: boolean): Frame {
  const scale = Float64Array.from({ length: D }, (_, d) => (isotropic ? 2 : 2 ** ((d % 4) - 1)));
  return { shift: Float64Array.from({ length: D }, (_, d) => 0.25 * d), scale };
}

/** Rows in a frame, some of their cells missing, and the same as a caller would pass them. */
export interface Incomplete {
  readonly rows: Float64Array;
  readonly points: HostPoints;
  readonly sampleWeight: Float64Array | undefined;
  readonly frame: Frame;
}

export function incomplete({ N, D, seed, share, weighted }: Size, isotropic = false): Incomplete {
  const frame = someFrame(D, isotropic);
  const rows = withGaps(randomRows(N, D, seed), D, share, seed + 1);
  const data = rows.map((x, i) => x * frame.scale[i % D]! + frame.shift[i % D]!);
  // Some row must count.
  const sampleWeight = weighted ? randomWeights(N, seed + 2).fill(1, 0, 1) : undefined;
  return { rows, frame, sampleWeight, points: { data, nFeatures: D, ...(sampleWeight && { sampleWeight }) } };
}

/** Loads points, does something with the dataset and frees it. */
export async function withDataset<T>(
  { points, frame, scaling = 'per-feature' }: { points: HostPoints; frame?: Frame; scaling?: Scaling },
  use: (dataset: Dataset) => Promise<T>,
): Promise<T> {
  const dataset = await loadIncomplete(backend, points, { scaling, ...(frame && { frame }) });
  try {
    return await use(dataset);
  } finally {
    dataset.destroy();
  }
}
