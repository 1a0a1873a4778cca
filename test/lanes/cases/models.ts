import type { GpuBackendOptions } from '../../../src/backends/webgpu/backend.ts';
import type { Frame, Scaling } from '../../../src/data/frame.ts';
import type { HostPoints } from '../../../src/data/points.ts';
import type { Backend, KernelParameters, Statistics } from '../../../src/em/types.ts';
import { gaussianFamily } from '../../../src/families/gaussian.ts';
import { kMeansFamily } from '../../../src/families/k-means.ts';
import type { Random } from '../../../src/math/random.ts';
import type { LaneContext } from '../types.ts';
import { drawSample, gpuBackend, type Spec } from './gpu.ts';

export const MIXTURES = ['full', 'tied', 'diag', 'spherical'] as const;
export const KINDS = [...MIXTURES, 'k-means'] as const;
export type Kind = (typeof KINDS)[number];

/** Points, and parameters of one kind for them in whatever frame they come to be in. */
export interface Model {
  readonly points: HostPoints;
  readonly scaling: Scaling;
  pack(frame: Frame): KernelParameters;
}

/** Points and parameters near those that they were drawn from, of any kind. */
export function drawModel(kind: Kind, spec: Omit<Spec, 'type'>, random: Random): Model {
  const type = kind === 'k-means' ? 'spherical' : kind;
  const { points, start } = drawSample({ ...spec, type }, random);
  const gaussian = gaussianFamily({ covarianceType: type, regCovar: 1e-6 });
  if (kind !== 'k-means') {
    const { scaling } = gaussian;
    return { points, scaling, pack: (frame) => gaussian.pack(gaussian.toFrame(start, frame), frame) };
  }
  const centers = { nClusters: spec.K, centers: start.means };
  const { scaling } = kMeansFamily;
  return { points, scaling, pack: (frame) => kMeansFamily.pack(kMeansFamily.toFrame(centers, frame), frame) };
}

/** The engine on the lane's device, with windows of at most this many bytes, in chunks as small as they may be. */
export function cutBackend(
  context: LaneContext,
  windowBytes: number,
  options: Partial<GpuBackendOptions> = {},
): Backend {
  return gpuBackend(context, { windowBytes, rate: 1, ...options });
}

/** Every number of some statistics. */
export function numbersOf({ nSamples, totalWeight, objective, counts, first, second }: Statistics): number[] {
  return [nSamples, totalWeight, objective, ...counts, ...first, ...second];
}

/** Random weights, one in ten of them 0. */
export function drawWeights(N: number, random: Random): Float64Array {
  const weights = Float64Array.from({ length: N }, () => (random.uniform() < 0.1 ? 0 : 2 * random.uniform()));
  weights[0] = 1;
  return weights;
}

/** Rows `from … to`, with their weights. */
export function sliceRows({ data, nFeatures: D, sampleWeight }: HostPoints, from: number, to: number): HostPoints {
  const slice = { data: data.slice(from * D, to * D), nFeatures: D };
  return sampleWeight ? { ...slice, sampleWeight: sampleWeight.slice(from, to) } : slice;
}
