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

/** Memory that rows are filled into. */
export interface Room {
  readonly data: Float32Array | Float64Array;
  readonly weights: Float64Array | undefined;
}

/** The memory that chunks lie in. */
interface ChunkMemory {
  /** How many chunks there are at once: the one after so many takes the memory of a chunk again. 0: each has memory of its own. */
  readonly lent: number;
  /** Threads share it, where the runtime has such. */
  readonly shared?: boolean | undefined;
}

/**
 * Cuts points that come in pieces into chunks of `rows` rows, in arrays of their own. A chunk under way grows as rows come,
 * so that more rows may be asked for than there are. A source may write a piece where its chunk is to have it, see {@link Rechunker.room}.
 */
export class Rechunker {
  readonly #kind: ChunkKind;
  readonly #rows: number;
  readonly #memory: ChunkMemory;
  #room: Room;
  /** How many rows of the chunk under way there is room for. */
  #capacity = 0;
  /** How many rows of it are filled. */
  #filled = 0;
  /** Rows to make room for at once. */
  #expected = 0;
  /** The memory of chunks that are lent out, the oldest first. */
  readonly #out: Room[] = [];

  constructor(kind: ChunkKind, rows: number, memory: ChunkMemory) {
    this.#kind = kind;
    this.#rows = rows;
    this.#memory = memory;
    this.#room = this.#allocate(0);
  }

  /** Begins anew, in the same memory: chunks that were lent are no longer used. */
  restart(): void {
    this.#filled = 0;
  }

  /** Memory for the next piece, of at most `rows` rows, in the chunk under way; undefined where they may be too many for it. */
  room(rows: number): Room | undefined {
    const from = this.#filled;
    const to = from + rows;
    if (to > this.#rows) return undefined;
    this.#reserve(to);
    const { data, weights } = this.#room;
    const d = this.#kind.nFeatures;
    return { data: data.subarray(from * d, to * d), weights: weights?.subarray(from, to) };
  }

  /**
   * Takes a piece (of this kind, or float32 where chunks are float64), which is copied unless it lies at the start of the {@link room} for it; yields
   * the chunks that it completes.
   */
  *add({ data, sampleWeight }: HostPoints): Generator<HostPoints> {
    const d = this.#kind.nFeatures;
    const n = data.length / d;
    if (this.#isInPlace(data)) {
      this.#filled += n;
      if (this.#filled === this.#rows) yield this.#give();
      return;
    }
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

  /** Whether these numbers stand behind those of the chunk under way already. */
  #isInPlace(data: HostPoints['data']): boolean {
    const { buffer, byteOffset, BYTES_PER_ELEMENT } = this.#room.data;
    const next = byteOffset + this.#filled * this.#kind.nFeatures * BYTES_PER_ELEMENT;
    return data.buffer === buffer && data.byteOffset === next;
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
    // Of a chunk that is not full a copy was given.
    if (this.#memory.lent > 0 && this.#capacity === this.#rows) this.#out[isFull ? 'push' : 'unshift'](this.#room);
    this.#expected = this.#filled;
    this.#capacity = 0;
    this.#filled = 0;
    return chunk;
  }

  #reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    const { nFeatures } = this.#kind;
    const before = this.#room;
    const back = this.#filled === 0 && this.#out.length === this.#memory.lent ? this.#out.shift() : undefined;
    this.#capacity = back ? this.#rows : Math.min(this.#rows, Math.max(rows, 2 * this.#capacity, this.#expected));
    this.#room = back ?? this.#allocate(this.#capacity);
    if (this.#filled === 0) return;
    this.#room.data.set(before.data.subarray(0, this.#filled * nFeatures));
    this.#room.weights?.set(before.weights!.subarray(0, this.#filled));
  }

  /** @throws `out-of-memory` */
  #allocate(rows: number): Room {
    const { nFeatures, narrow, weighted } = this.#kind;
    const isShared = this.#memory.shared && globalThis.SharedArrayBuffer !== undefined;
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
