import { EmgpuError } from '../errors.ts';
import type { HostPoints } from './points.ts';
import type { ChunkOptions, PointStream } from './replay.ts';
import type { LeftOutColumn } from './table.ts';

/** The largest count: float32 does not tell larger ones from their neighbours. */
export const LARGEST_COUNT = 2 ** 24;

/**
 * Throws `not-counts`, naming row and column, unless all numbers are whole and from 0 to {@link LARGEST_COUNT}. NaN and infinities are left to
 * other checks, which refuse or drop them.
 * @param firstRow the number of the first row, for the message
 */
export function checkCounts({ data, nFeatures: D, featureNames }: HostPoints, firstRow = 0): void {
  for (let i = 0; i < data.length; i++) {
    const x = data[i]!;
    if ((x >= 0 && x <= LARGEST_COUNT && x === Math.floor(x)) || !Number.isFinite(x)) continue;
    const column = featureNames?.[i % D] ?? `${i % D}`;
    const large = x > LARGEST_COUNT;
    throw new EmgpuError(
      'not-counts',
      `Counts are whole numbers from 0 to ${LARGEST_COUNT}; row ${firstRow + Math.floor(i / D)}, column ${column} (both counted from 0) is ${x}.`,
      large
        ? 'Counts that large are as good as normal: fit a GaussianMixture to their square roots.'
        : 'Leave that column out, or fit a GaussianMixture.',
    );
  }
}

/** A stream whose chunks are checked as they come: a walk throws what {@link checkCounts} throws. */
export class CountStream implements PointStream {
  readonly #stream: PointStream;

  constructor(stream: PointStream) {
    this.#stream = stream;
  }

  get nFeatures(): number {
    return this.#stream.nFeatures;
  }

  get featureNames(): readonly string[] | undefined {
    return this.#stream.featureNames;
  }

  get nSamples(): number | undefined {
    return this.#stream.nSamples;
  }

  get leftOut(): readonly LeftOutColumn[] | undefined {
    return this.#stream.leftOut;
  }

  async *chunks(options: ChunkOptions): AsyncGenerator<HostPoints> {
    let row = 0;
    for await (const chunk of this.#stream.chunks(options)) {
      checkCounts(chunk, row);
      row += chunk.data.length / chunk.nFeatures;
      yield chunk;
    }
  }
}
