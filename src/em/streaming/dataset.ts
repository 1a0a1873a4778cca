import type { Frame } from '../../data/frame.ts';
import type { PointStream } from '../../data/replay.ts';
import { EmgpuError, throwIfAborted } from '../../errors.ts';
import { assignmentOfRows } from '../assignment.ts';
import type { SeedingDistances } from '../seeding-distances.ts';
import { addStatistics } from '../statistics.ts';
import type {
  Backend,
  Dataset,
  ExpectationOptions,
  KernelParameters,
  Readout,
  ReadoutKind,
  RunOptions,
  Statistics,
} from '../types.ts';
import { collectRows } from './chunks.ts';
import { findAll, StreamSample } from './sample.ts';
import { type WalkOptions, walkDatasets } from './walk.ts';

/** Seeding holds at most this many rows: where there are more and no sample is asked for, evenly spread ones. */
const MOST_HELD = 2 ** 20;

/** Points that are read anew for every pass, chunk by chunk, as statistics can be added. It holds only the rows that seeding looks at. */
export class StreamDataset implements Dataset {
  readonly nSamples: number;
  readonly nFeatures: number;
  readonly totalWeight: number;
  readonly nWeighted: number;
  readonly frame: Frame;
  readonly precision: number;
  readonly #backend: Backend;
  readonly #stream: PointStream;
  readonly #options: WalkOptions;
  /** The seeding under way. */
  #sample: StreamSample | undefined;
  #destroyed = false;

  constructor(
    backend: Backend,
    stream: PointStream,
    options: WalkOptions,
    { totalWeight, nWeighted }: Pick<Dataset, 'totalWeight' | 'nWeighted'>,
  ) {
    this.precision = backend.precision;
    this.#backend = backend;
    this.#stream = stream;
    this.#options = { ...options, onProgress: undefined };
    this.nFeatures = stream.nFeatures;
    this.nSamples = options.nSamples;
    this.frame = options.frame;
    this.totalWeight = totalWeight;
    this.nWeighted = nWeighted;
  }

  async expectation(
    parameters: KernelParameters,
    { signal, assignment }: ExpectationOptions = {},
  ): Promise<Statistics> {
    let sum: Statistics | undefined;
    for await (const { dataset, first } of this.#walk(signal)) {
      this.#check();
      const part = await dataset.expectation(parameters, {
        signal,
        assignment: assignment && assignmentOfRows(assignment, first, first + dataset.nSamples),
      });
      sum = sum ? addStatistics(sum, part) : part;
    }
    // Chunks without any weight were passed over.
    return { ...sum!, nSamples: this.nSamples };
  }

  async read<Kind extends ReadoutKind>(
    what: Kind,
    parameters: KernelParameters,
    { signal }: RunOptions = {},
  ): Promise<Readout[Kind]> {
    let all: Readout[ReadoutKind] | undefined;
    for await (const { dataset, first } of this.#walk(signal, withoutWeights(this.#stream))) {
      this.#check();
      const part = await dataset.read(what, parameters, { signal });
      const width = part.length / dataset.nSamples;
      all ??= roomLike(part, this.nSamples * width);
      all.set(part, first * width);
    }
    return all as Readout[Kind];
  }

  /** Takes one walk, unless the seeding under way holds the rows. */
  async rows(indices: Uint32Array): Promise<Float64Array> {
    this.#check();
    const held = await this.#sample?.rows(indices);
    if (held) return held;
    const sorted = indices.slice().sort();
    const { data, nFeatures } = await collectRows(this.#stream, sorted, this.#options);
    const dataset = await this.#backend.load({ data, nFeatures }, this.#options);
    try {
      return await dataset.rows(findAll(sorted, indices)!);
    } finally {
      dataset.destroy();
    }
  }

  /** Takes one walk, and holds rows until the seeding is destroyed: those of the sample; else all, or 2²⁰ evenly spread ones. */
  seedingDistances(weights: Float64Array, sample?: Uint32Array): SeedingDistances {
    this.#check();
    const load = async (numbers: Uint32Array) => {
      return this.#backend.load(await collectRows(this.#stream, numbers, this.#options), this.#options);
    };
    const seeding = new StreamSample(sample ?? evenly(this.nSamples), weights, load, () => {
      if (this.#sample === seeding) this.#sample = undefined;
    });
    this.#sample = seeding;
    return seeding;
  }

  destroy(): void {
    this.#destroyed = true;
    this.#sample?.destroy();
  }

  #walk(signal: AbortSignal | undefined, stream: PointStream = this.#stream) {
    this.#check();
    throwIfAborted(signal);
    return walkDatasets(this.#backend, stream, { ...this.#options, signal });
  }

  #check(): void {
    if (this.#destroyed)
      throw new EmgpuError('destroyed', 'This dataset was destroyed.', 'Fit again, or call destroy() later.');
  }
}

/** The numbers of at most {@link MOST_HELD} rows, evenly spread from the first to the last. */
function evenly(nSamples: number): Uint32Array {
  const size = Math.min(nSamples, MOST_HELD);
  return new Uint32Array(size).map((_, i) => Math.floor((i * nSamples) / size));
}

/** The stream without its weights: what is read out per row does not depend on them, and is wanted for rows of weight 0, too. */
function withoutWeights(stream: PointStream): PointStream {
  return {
    nFeatures: stream.nFeatures,
    async *chunks(options) {
      for await (const { data, nFeatures } of stream.chunks(options)) yield { data, nFeatures };
    },
  };
}

/** @throws `out-of-memory` */
function roomLike(part: Readout[ReadoutKind], length: number): Readout[ReadoutKind] {
  try {
    return new (part.constructor as new (length: number) => Readout[ReadoutKind])(length);
  } catch (cause) {
    throw new EmgpuError(
      'out-of-memory',
      `${length} numbers do not fit into memory.`,
      'Walk the stream, and pass the chunks one by one.',
      { cause },
    );
  }
}
