import { roomLike } from '../../data/arrays.ts';
import type { HostPoints } from '../../data/points.ts';
import type { PointStream } from '../../data/replay.ts';
import { EmgpuError } from '../../errors.ts';

/** How the chunks of a stream are asked for. */
export interface ChunkWalk {
  /** Rows per chunk. */
  readonly rows: number;
  /** N: how many rows there were when the stream was opened. */
  readonly nSamples: number;
  readonly signal?: AbortSignal | undefined;
  /** Each chunk is used only until the next but one is asked for, so its memory may be reused then. */
  readonly lent?: boolean | undefined;
  /** Chunks lie in memory that threads share, where the runtime has such. */
  readonly shared?: boolean | undefined;
}

/** A chunk, and the number of its first row in the stream. */
export interface NumberedChunk {
  readonly chunk: HostPoints;
  readonly first: number;
}

/**
 * The chunks of one walk. Throws `stream-changed` or `stream-ended` unless the stream gives as many rows, of as many columns, as it had before:
 * sums over its chunks would else be of other points.
 */
export async function* numberedChunks(
  stream: PointStream,
  { rows, nSamples, signal, lent, shared }: ChunkWalk,
): AsyncGenerator<NumberedChunk> {
  const D = stream.nFeatures;
  let first = 0;
  for await (const chunk of stream.chunks({ rows, signal, lent, shared })) {
    if (chunk.nFeatures !== D) {
      fail('stream-changed', `A chunk has ${chunk.nFeatures} columns, where the stream has ${D}`);
    }
    const end = first + chunk.data.length / D;
    if (end > nSamples) fail('stream-changed', `The stream has more rows than the ${nSamples} of before`);
    yield { chunk, first };
    first = end;
  }
  if (first < nSamples) fail('stream-ended', `Only ${first} rows came from the stream, where ${nSamples} came before`);
}

function fail(code: 'stream-changed' | 'stream-ended', what: string): never {
  throw new EmgpuError(
    code,
    `${what}.`,
    'Every walk must give the same rows: open the source anew each time, and leave it as it is meanwhile.',
  );
}

/** The rows at these ascending numbers (twice where a number comes twice), in data units and with their weights. One walk. */
export async function collectRows(stream: PointStream, numbers: Uint32Array, walk: ChunkWalk): Promise<HostPoints> {
  const D = stream.nFeatures;
  let collected: HostPoints | undefined;
  let next = 0;
  for await (const { chunk, first } of numberedChunks(stream, { ...walk, lent: true })) {
    collected ??= roomFor(numbers.length, chunk);
    const { data, sampleWeight } = collected;
    const end = first + chunk.data.length / D;
    for (; next < numbers.length && numbers[next]! < end; next++) {
      const row = numbers[next]! - first;
      data.set(chunk.data.subarray(row * D, (row + 1) * D), next * D);
      if (sampleWeight) sampleWeight[next] = chunk.sampleWeight![row]!;
    }
  }
  return collected!;
}

/** Room for `count` rows of the same kind as those of a chunk. */
function roomFor(count: number, { data, nFeatures, sampleWeight }: HostPoints): HostPoints {
  return {
    data: roomLike(data, count * nFeatures),
    nFeatures,
    ...(sampleWeight && { sampleWeight: new Float64Array(count) }),
  };
}

/** Whether no row of a chunk counts. */
export function weighsNothing({ sampleWeight }: HostPoints): boolean {
  return sampleWeight?.every((w: number) => w === 0) ?? false;
}
