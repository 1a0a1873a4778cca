import { roomLike } from '../../data/arrays.ts';
import type { Frame } from '../../data/frame.ts';
import type { HostPoints, Weights } from '../../data/points.ts';
import { rowBlocks } from '../../data/row-blocks.ts';
import type { Backend, Dataset, LoadOptions } from '../types.ts';
import type { Pattern } from './patterns.ts';

/** The rows of one pattern, loaded on a backend. */
export interface Part {
  readonly pattern: Pattern;
  /** The rows with their O features, in the common frame. */
  readonly dataset: Dataset;
  /** `Σ w` of these rows. The rows of a part of weight 0 can be read out, but count for nothing else. */
  readonly weight: number;
}

/** Loads the rows of a pattern, with the features that they have. `options.frame` is the frame of all D features. */
export async function loadPart(
  backend: Backend,
  points: HostPoints,
  pattern: Pattern,
  options: LoadOptions & { readonly frame: Frame },
): Promise<Part> {
  const { observed, rows } = pattern;
  const { featureNames } = points;
  const sampleWeight = points.sampleWeight && takeWeights(points.sampleWeight, rows);
  const weight = sampleWeight ? sum(sampleWeight) : rows.length;
  const own = {
    ...{ data: await takeCells(points, pattern, options.signal), nFeatures: observed.length },
    ...(featureNames && { featureNames: Array.from(observed, (d) => featureNames[d]!) }),
    // Backends refuse points that weigh nothing.
    ...(sampleWeight && weight > 0 && { sampleWeight }),
  };
  const { shift, scale } = options.frame;
  const frame = {
    shift: Float64Array.from(observed, (d) => shift[d]!),
    scale: Float64Array.from(observed, (d) => scale[d]!),
  };
  return { pattern, dataset: await backend.load(own, { ...options, frame }), weight };
}

/** The observed cells of a pattern's rows, row after row. */
async function takeCells(
  { data, nFeatures: D }: HostPoints,
  { observed, rows }: Pattern,
  signal: AbortSignal | undefined,
): Promise<HostPoints['data']> {
  const O = observed.length;
  const own = roomLike(data, rows.length * O);
  for await (const [from, to] of rowBlocks(rows.length, O, signal)) {
    for (let i = from, at = from * O; i < to; i++) for (const d of observed) own[at++] = data[rows[i]! * D + d]!;
  }
  return own;
}

function takeWeights(weights: Weights, rows: Uint32Array): Weights {
  const own = roomLike(weights, rows.length);
  for (let i = 0; i < own.length; i++) own[i] = weights[rows[i]!]!;
  return own;
}

function sum(weights: Weights): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i]!;
  return total;
}
