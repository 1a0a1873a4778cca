import { EmgpuError } from '../errors.ts';
import type { HostPoints } from './points.ts';

/** What is the same in every chunk of a stream. */
export interface ChunkKind {
  readonly nFeatures: number;
  readonly featureNames: readonly string[] | undefined;
  /** Whether the numbers are float32, which holds them exactly; else they are float64. */
  readonly narrow: boolean;
  readonly weighted: boolean;
}

/** Memory that a chunk is filled into. */
interface Room {
  readonly data: Float32Array | Float64Array;
  readonly weights: Float64Array | undefined;
}

/** How many lent chunks there are at once. */
const LENT = 2;

/**
 * Cuts points that come in pieces into chunks of `rows` rows, in arrays of their own. A chunk under way grows as rows come,
 * so that more rows may be asked for than there are.
 */
export class Rechunker {
  readonly #kind: ChunkKind;
  readonly #rows: number;
  readonly #lent: boolean;
  #room: Room;
  /** How many rows of the chunk under way there is room for. */
  #capacity = 0;
  /** How many rows of it are filled. */
  #filled = 0;
  /** Rows to make room for at once. */
  #expected = 0;
  /** The memory of chunks that are lent out, the oldest first. */
  readonly #out: Room[] = [];

  /** @param lent chunks lie in shared memory, where the runtime has such, which the next chunk but one takes again */
  constructor(kind: ChunkKind, rows: number, lent: boolean) {
    this.#kind = kind;
    this.#rows = rows;
    this.#lent = lent;
    this.#room = this.#allocate(0);
  }

  /** Copies a piece (of this kind, or float32 where chunks are float64); yields the chunks that it completes. */
  *add({ data, sampleWeight }: HostPoints): Generator<HostPoints> {
    const d = this.#kind.nFeatures;
    const n = data.length / d;
    for (let at = 0; at < n; ) {
      const end = at + Math.min(n - at, this.#rows - this.#filled);
      this.#reserve(this.#filled + end - at);
      this.#room.data.set(data.subarray(at * d, end * d), this.#filled * d);
      if (sampleWeight) this.#room.weights?.set(sampleWeight.subarray(at, end), this.#filled);
      this.#filled += end - at;
      at = end;
      if (this.#filled === this.#rows) yield this.#give();
    }
  }

  /** The rows that remain, fewer than a chunk holds; undefined if there are none. */
  rest(): HostPoints | undefined {
    return this.#filled > 0 ? this.#give() : undefined;
  }

  #give(): HostPoints {
    const { nFeatures, featureNames } = this.#kind;
    const { data, weights } = this.#room;
    const isFull = this.#filled === this.#capacity;
    const chunk = {
      data: isFull ? data : data.slice(0, this.#filled * nFeatures),
      nFeatures,
      ...(featureNames ? { featureNames } : {}),
      ...(weights ? { sampleWeight: isFull ? weights : weights.slice(0, this.#filled) } : {}),
    };
    if (this.#lent && isFull) this.#out.push(this.#room);
    this.#expected = this.#filled;
    this.#capacity = 0;
    this.#filled = 0;
    return chunk;
  }

  #reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    const { nFeatures } = this.#kind;
    const before = this.#room;
    const back = this.#filled === 0 && this.#out.length === LENT ? this.#out.shift() : undefined;
    this.#capacity = back ? this.#rows : Math.min(this.#rows, Math.max(rows, 2 * this.#capacity, this.#expected));
    this.#room = back ?? this.#allocate(this.#capacity);
    if (this.#filled === 0) return;
    this.#room.data.set(before.data.subarray(0, this.#filled * nFeatures));
    this.#room.weights?.set(before.weights!.subarray(0, this.#filled));
  }

  /** @throws `out-of-memory` */
  #allocate(rows: number): Room {
    const { nFeatures, narrow, weighted } = this.#kind;
    const isShared = this.#lent && globalThis.SharedArrayBuffer !== undefined;
    const memory = (bytes: number) => (isShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
    const length = rows * nFeatures;
    try {
      return {
        data: narrow ? new Float32Array(memory(4 * length)) : new Float64Array(memory(8 * length)),
        weights: weighted ? new Float64Array(memory(8 * rows)) : undefined,
      };
    } catch (cause) {
      throw new EmgpuError(
        'out-of-memory',
        `A chunk of ${rows} rows × ${nFeatures} columns does not fit into memory.`,
        'Ask for smaller chunks.',
        { cause },
      );
    }
  }
}
