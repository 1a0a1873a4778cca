import { roomLike } from '../../data/arrays.ts';
import type { Frame } from '../../data/frame.ts';
import { frameOfRows, sampleNumbers, takeRows } from '../../data/frame-sample.ts';
import type { HostPoints } from '../../data/points.ts';
import type { PointStream } from '../../data/replay.ts';
import { checkWeights } from '../../data/weights.ts';
import { EmgpuError } from '../../errors.ts';
import type { Backend, Dataset, LoadOptions } from '../types.ts';
import { type ChunkWalk, numberedChunks, weighsNothing } from './chunks.ts';
import { StreamDataset } from './dataset.ts';

export interface StreamLoadOptions extends LoadOptions {
  /** Rows per chunk; default {@link CHUNK_BYTES} of float32 numbers. With `backend.windowRows` of them the sums are those of a resident dataset, bit for bit. */
  readonly chunkRows?: number | undefined;
}

/** About three chunks are in memory at once: one is read, one is on its way to the device, one is computed with. */
const CHUNK_BYTES = 16 * 2 ** 20;

/** A frame from fewer rows would be a poor one: then up to `MOST_ROWS` rows that weigh something are taken instead. */
const FEWEST_ROWS = 64;
const MOST_ROWS = 4096;

/**
 * A dataset that is not held anywhere: every pass reads the stream from its start. A stream of one chunk is loaded as ordinary points
 * are. One walk (two where the number of rows is not known) finds the sum of the weights and the frame, from the same sample of rows as for many
 * resident points. Where the frame is given and there are no weights, that walk is left out.
 */
export async function openStreamed(
  backend: Backend,
  stream: PointStream,
  options: StreamLoadOptions,
): Promise<Dataset> {
  const { signal, scaling } = options;
  const rows = chunkRows(options.chunkRows, stream.nFeatures);
  const first = await firstChunk(stream, rows, signal);
  if (first.whole) return backend.load(first.chunk, options);
  const nSamples = stream.nSamples ?? (await countRows(stream, rows, signal));
  const walk = { ...options, rows, nSamples };
  if (options.frame && !first.chunk.sampleWeight) {
    const counts = { totalWeight: nSamples, nWeighted: nSamples };
    return new StreamDataset(backend, stream, { ...walk, frame: options.frame }, counts);
  }
  const { sample, ...weights } = await survey(stream, walk);
  const frame: Frame = options.frame ?? (await frameOfRows(sample, scaling));
  return new StreamDataset(backend, stream, { ...walk, frame }, weights);
}

function chunkRows(given: number | undefined, nFeatures: number): number {
  if (given === undefined) return Math.max(1024, Math.floor(CHUNK_BYTES / (4 * nFeatures) / 1024) * 1024);
  if (Number.isSafeInteger(given) && given >= 1) return given;
  throw new EmgpuError(
    'invalid-option',
    `chunkRows must be a whole number from 1 on, got ${given}.`,
    'Leave it out, or pass some 10,000 or more.',
  );
}

/** The first chunk, and whether it is the only one. */
async function firstChunk(stream: PointStream, rows: number, signal: AbortSignal | undefined) {
  let chunk: HostPoints | undefined;
  for await (const next of stream.chunks({ rows, signal })) {
    if (chunk) return { chunk, whole: false };
    chunk = next;
  }
  if (chunk) return { chunk, whole: true };
  throw new EmgpuError('empty-file', 'The stream has no rows.', 'Check where the rows should come from.');
}

async function countRows(stream: PointStream, rows: number, signal: AbortSignal | undefined): Promise<number> {
  let count = 0;
  for await (const { data, nFeatures } of stream.chunks({ rows, signal, lent: true })) count += data.length / nFeatures;
  return count;
}

/** Takes one walk for the rows that the frame comes from, the sum of the weights, and how many weights are not 0. */
async function survey(
  stream: PointStream,
  walk: ChunkWalk & Pick<LoadOptions, 'onProgress'>,
): Promise<{ sample: HostPoints; totalWeight: number; nWeighted: number }> {
  const numbers = sampleNumbers(walk.nSamples);
  const pieces: HostPoints[] = [];
  const reserve: HostPoints[] = [];
  let [totalWeight, nWeighted] = [0, 0];
  for await (const { chunk, first } of numberedChunks(stream, { ...walk, lent: true })) {
    const end = first + chunk.data.length / chunk.nFeatures;
    const inside = numbers.filter((n) => n >= first && n < end).map((n) => n - first);
    checkFinite(chunk, inside, first);
    pieces.push(takeRows(chunk, inside));
    // `checkWeights` would refuse a chunk of which no row weighs anything.
    if (!weighsNothing(chunk)) {
      const weights = checkWeights(chunk);
      totalWeight += weights.total;
      nWeighted += weights.nWeighted;
      if (reserve.length === 0) reserve.push(takeRows(chunk, firstWeighted(chunk)));
    }
    walk.onProgress?.(end / walk.nSamples);
  }
  if (totalWeight === 0) {
    throw new EmgpuError('invalid-weights', 'All weights are 0.', 'Check the column of the weights.');
  }
  const sample = concatenate(pieces);
  const enough = sample.data.length >= FEWEST_ROWS * stream.nFeatures;
  return { sample: enough ? sample : concatenate(reserve), totalWeight, nWeighted };
}

/** Rows that weigh something, from the first on. */
function firstWeighted({ data, nFeatures, sampleWeight }: HostPoints): number[] {
  const numbers: number[] = [];
  for (let row = 0; row < data.length / nFeatures && numbers.length < MOST_ROWS; row++) {
    if (sampleWeight?.[row] !== 0) numbers.push(row);
  }
  return numbers;
}

/** Checks the sampled rows here, where their numbers are known; all others are checked when their chunk is loaded. */
function checkFinite({ data, nFeatures: D, featureNames }: HostPoints, rows: readonly number[], first: number): void {
  for (const row of rows) {
    for (let d = 0; d < D; d++) {
      const value = data[row * D + d]!;
      if (Number.isFinite(value)) continue;
      throw new EmgpuError(
        'non-finite',
        `Every number must be finite; row ${first + row}, column ${featureNames?.[d] ?? d} (both counted from 0) is ${value}.`,
        'Remove or replace such rows (on the command line: --missing drop).',
      );
    }
  }
}

function concatenate(pieces: readonly HostPoints[]): HostPoints {
  const first = pieces[0]!;
  const length = pieces.reduce((n, { data }) => n + data.length, 0);
  const data = roomLike(first.data, length);
  let at = 0;
  for (const piece of pieces) {
    data.set(piece.data, at);
    at += piece.data.length;
  }
  return { ...first, data };
}
