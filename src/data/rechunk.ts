import { EmgpuError } from '../errors.ts';
import type { HostPoints } from './points.ts';

/** What is the same in every chunk of a stream. */
export interface ChunkKind {
  readonly nFeatures: number;
  readonly featureNames: readonly string[] | undefined;
  /** float32 where it is exact, else float64. */
  readonly narrow: boolean;
  readonly weighted: boolean;
}

/**
 * Cuts points that come in pieces into chunks of `rows` rows, in arrays of their own. A chunk under way grows as rows come,
 * so that more rows may be asked for than there are.
 */
export class Rechunker {
  readonly #kind: ChunkKind;
  readonly #rows: number;
  #data: Float32Array | Float64Array;
  #weights: Float64Array | undefined;
  /** Rows of the chunk under way: those there is room for, and those that are filled. */
  #room = 0;
  #filled = 0;
  /** Rows to make room for at once. */
  #expected = 0;

  constructor(kind: ChunkKind, rows: number) {
    this.#kind = kind;
    this.#rows = rows;
    this.#data = kind.narrow ? new Float32Array() : new Float64Array();
    this.#weights = kind.weighted ? new Float64Array() : undefined;
  }

  /** Copies a piece (of this kind, or float32 where chunks are float64); gives the chunks that it completes. */
  *add({ data, sampleWeight }: HostPoints): Generator<HostPoints> {
    const d = this.#kind.nFeatures;
    const n = data.length / d;
    for (let at = 0; at < n; ) {
      const end = at + Math.min(n - at, this.#rows - this.#filled);
      this.#reserve(this.#filled + end - at);
      this.#data.set(data.subarray(at * d, end * d), this.#filled * d);
      if (sampleWeight) this.#weights?.set(sampleWeight.subarray(at, end), this.#filled);
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
    const isFull = this.#filled === this.#room;
    const chunk = {
      data: isFull ? this.#data : this.#data.slice(0, this.#filled * nFeatures),
      nFeatures,
      ...(featureNames ? { featureNames } : {}),
      ...(this.#weights ? { sampleWeight: isFull ? this.#weights : this.#weights.slice(0, this.#filled) } : {}),
    };
    this.#expected = this.#filled;
    this.#room = 0;
    this.#filled = 0;
    return chunk;
  }

  #reserve(rows: number): void {
    if (rows <= this.#room) return;
    const room = Math.min(this.#rows, Math.max(rows, 2 * this.#room, this.#expected));
    const { nFeatures } = this.#kind;
    try {
      const data = this.#kind.narrow ? new Float32Array(room * nFeatures) : new Float64Array(room * nFeatures);
      data.set(this.#data.subarray(0, this.#filled * nFeatures));
      this.#data = data;
      if (this.#weights) {
        const weights = new Float64Array(room);
        weights.set(this.#weights.subarray(0, this.#filled));
        this.#weights = weights;
      }
      this.#room = room;
    } catch (cause) {
      throw new EmgpuError(
        'out-of-memory',
        `A chunk of ${room} rows × ${nFeatures} columns does not fit into memory.`,
        'Ask for smaller chunks.',
        { cause },
      );
    }
  }
}
