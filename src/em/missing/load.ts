import { type Frame, frameFor, hostMoments } from '../../data/frame.ts';
import { middleOf, sampleNumbers, takeRows } from '../../data/frame-sample.ts';
import { checkPoints, type HostPoints } from '../../data/points.ts';
import { rowBlocks } from '../../data/row-blocks.ts';
import { checkWeights } from '../../data/weights.ts';
import { EmgpuError } from '../../errors.ts';
import { checkFeatures } from '../features.ts';
import type { Backend, Dataset, LoadOptions } from '../types.ts';
import { IncompleteDataset } from './dataset.ts';
import { loadPart, type Part } from './part.ts';
import { findPatterns } from './patterns.ts';

export interface IncompleteLoadOptions extends LoadOptions {
  /**
   * The backend for patterns of fewer than {@link RARE} rows; the caller owns it. Pass a CPU backend where the main one is on a GPU: there
   * each pattern takes dispatches and a readback of its own in every pass, and 3 MiB or more of scratch memory.
   */
  readonly rare?: Backend | undefined;
}

/** With fewer rows, a pass on the CPU should hardly take longer than the way to a GPU and back: estimated, not measured on a GPU. */
export const RARE = 4096;

/**
 * Loads points of which some cells are NaN, which are taken to be missing at random; for Gaussian mixtures. Where no cell is NaN, this is
 * `backend.load`. The frame is derived from the observed numbers unless it is given; a column without any number is an error only if
 * the frame needs it. Besides what the backends hold, one pattern's copy of its rows is in memory at a time.
 *
 * Rejects with `all-missing` and `non-finite`, naming row or column (both counted from 0), before anything is loaded.
 */
export async function loadIncomplete(
  backend: Backend,
  points: HostPoints,
  options: IncompleteLoadOptions,
): Promise<Dataset> {
  checkPoints(points);
  checkWeights(points);
  const patterns = await findPatterns(points, options.signal);
  if (patterns.every(({ missing }) => missing.length === 0)) return backend.load(points, options);
  const frame = options.frame ?? (await observedFrame(points, options));
  checkFeatures(frame.shift.length, points.nFeatures);
  const parts: Part[] = [];
  const n = points.data.length / points.nFeatures;
  let placed = 0;
  try {
    for (const pattern of patterns) {
      const count = pattern.rows.length;
      const onProgress = (fraction: number) => options.onProgress?.((placed + fraction * count) / n);
      const home = options.rare && count < RARE ? options.rare : backend;
      parts.push(await loadPart(home, points, pattern, { ...options, frame, onProgress }));
      placed += count;
    }
  } catch (error) {
    for (const { dataset } of parts) dataset.destroy();
    throw error;
  }
  return new IncompleteDataset(frame, parts);
}

/** The frame of the observed numbers of every column, in rows that weigh something. */
async function observedFrame(points: HostPoints, { signal, scaling }: IncompleteLoadOptions): Promise<Frame> {
  const { data, nFeatures: D, featureNames, sampleWeight } = points;
  const n = data.length / D;
  const mean = new Float64Array(D);
  const variance = new Float64Array(D);
  const middle = new Float64Array(D);
  const column = new Float64Array(n);
  for (let d = 0; d < D; d++) {
    let count = 0;
    for await (const [from, to] of rowBlocks(n, 1, signal)) {
      for (let row = from, at = from * D + d; row < to; row++, at += D) {
        const x = data[at]!;
        if (!Number.isNaN(x) && sampleWeight?.[row] !== 0) column[count++] = x;
      }
    }
    const name = featureNames?.[d] ?? `${d} (counted from 0)`;
    if (count === 0) refuseEmptyColumn(name);
    const observed = { data: column.subarray(0, count), nFeatures: 1, featureNames: [name] };
    const moments = await hostMoments(observed, signal);
    mean[d] = moments.mean[0]!;
    variance[d] = moments.variance[0]!;
    middle[d] = middleOf(takeRows(observed, sampleNumbers(count)))[0]!;
  }
  return frameFor({ mean, variance }, scaling, middle);
}

function refuseEmptyColumn(name: string): never {
  throw new EmgpuError(
    'all-missing',
    `Column ${name} has no number in any row that counts: every cell is missing.`,
    'Leave out this column.',
  );
}
