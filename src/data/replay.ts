import { EmgpuError, throwIfAborted } from '../errors.ts';
import { isNumbers, isSingle } from './arrays.ts';
import { checkSpelling, type HostPoints } from './points.ts';
import { type ChunkKind, Rechunker, type Room } from './rechunk.ts';
import type { LeftOutColumn } from './table.ts';
import { isWeight, WEIGHTS_ARE } from './weights.ts';

export interface ChunkOptions {
  /** Rows of a chunk; the last may have fewer. */
  readonly rows: number;
  /** Checked between pieces of the source; a fired signal rejects with `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Whether chunks are lent: each is valid until the next but one is asked for, or the walk has told its end, as others may come to lie in the same
   * memory. Default false: chunks are the receiver's.
   */
  readonly lent?: boolean | undefined;
  /**
   * Whether chunks lie in memory that threads share, where the runtime has such (Node, Deno, isolated pages). Default false; but lent chunks of a file
   * that is read on a thread of its own always do.
   */
  readonly shared?: boolean | undefined;
}

/**
 * Points that come in chunks, and can be walked any number of times: every walk gives the same rows. So points that do not fit into
 * memory are read again and again.
 */
export interface PointStream {
  /** D */
  readonly nFeatures: number;
  /** D names. */
  readonly featureNames?: readonly string[] | undefined;
  /** N, where it is known: from the source, or once a walk has come to its end. */
  readonly nSamples?: number | undefined;
  /** For a file: the columns that were not taken; none where columns were named. */
  readonly leftOut?: readonly LeftOutColumn[] | undefined;
  /**
   * A walk from the start. Unless chunks are lent, each is new arrays that the receiver may keep or change. All are float32 or all
   * float64, and all have weights or none has. Do not trust chunks before an error: a walk over other rows than the walk
   * before may fail only at its end, with `stream-ended` (fewer rows) or `stream-changed`.
   */
  chunks(options: ChunkOptions): AsyncIterable<HostPoints>;
}

/** Lent chunks at once, in memory that they take in turn. */
const LENT = 2;

/** Some rows, or just their numbers, row after row. A piece is copied, so it may be overwritten once the next is asked for. */
export type StreamPiece = HostPoints | Float32Array | Float64Array;
/** Pieces of any number of rows. */
export type StreamPieces = AsyncIterable<StreamPiece> | Iterable<StreamPiece>;

/** What a stream is made of. */
export interface Replay {
  /** Names the source in messages. */
  readonly name: string;
  readonly nFeatures: number;
  readonly featureNames?: readonly string[] | undefined;
  /** N, where it is known. */
  readonly nSamples?: number | undefined;
  readonly leftOut?: readonly LeftOutColumn[];
  /** Whether all numbers are float32; default: as in the first piece. */
  readonly narrow?: boolean;
  /** Whether rows have weights; default: as in the first piece. */
  readonly weighted?: boolean;
  /** Opens the source anew. `room` offers memory for the next piece of at most so many rows: one that is written there need not be copied. */
  readonly pieces: (signal: AbortSignal | undefined, room: (rows: number) => Room | undefined) => StreamPieces;
  /** The same rows, cut into chunks on another thread; undefined where there is none after all. */
  readonly chunksApart?: (options: ChunkOptions) => Promise<AsyncIterable<HostPoints> | undefined>;
}

/** The stream of pieces that can be opened anew. It checks that pieces agree, within a walk and from walk to walk. */
export class ReplayedStream implements PointStream {
  readonly nFeatures: number;
  readonly featureNames: readonly string[] | undefined;
  readonly leftOut: readonly LeftOutColumn[] | undefined;
  readonly #replay: Replay;
  #kind: ChunkKind | undefined;
  #nSamples: number | undefined;
  /** The most rows that any walk has seen, including walks that were broken off. */
  #seen = 0;

  constructor(replay: Replay) {
    const { nFeatures, featureNames, nSamples, narrow, weighted } = replay;
    this.#replay = replay;
    this.nFeatures = nFeatures;
    this.featureNames = featureNames;
    this.leftOut = replay.leftOut;
    this.#nSamples = nSamples;
    if (narrow !== undefined && weighted !== undefined) this.#kind = { nFeatures, featureNames, narrow, weighted };
  }

  get nSamples(): number | undefined {
    return this.#nSamples;
  }

  async *chunks(options: ChunkOptions): AsyncGenerator<HostPoints> {
    const { rows, signal, lent, shared } = options;
    if (!Number.isSafeInteger(rows) || rows < 1) {
      throw new EmgpuError('invalid-option', `rows must be a whole number from 1 on, got ${rows}.`, 'Correct it.');
    }
    throwIfAborted(signal);
    const memory = { lent: lent ? LENT : 0, shared };
    let chunks = this.#kind && new Rechunker(this.#kind, rows, memory);
    const apart = await this.#replay.chunksApart?.(options);
    let nRows = 0;
    let nPieces = 0;
    let totalWeight = 0;
    for await (const piece of apart ?? this.#replay.pieces(signal, (n) => chunks?.room(n))) {
      throwIfAborted(signal);
      const points = this.#checkPiece(piece, ++nPieces);
      if (points.data.length === 0) continue;
      const kind = this.#checkKind(points, nPieces);
      totalWeight += this.#checkWeights(points, nPieces);
      nRows += points.data.length / this.nFeatures;
      this.#checkGrowth(nRows);
      chunks ??= new Rechunker(kind, rows, memory);
      if (apart) yield points;
      else yield* chunks.add(points);
    }
    this.#checkEnd(nRows, totalWeight);
    const rest = chunks?.rest();
    if (rest) yield rest;
  }

  /** The piece as points; throws unless it holds whole rows of D numbers. */
  #checkPiece(piece: StreamPiece, index: number): HostPoints {
    const d = this.nFeatures;
    const points = isNumbers(piece) ? { data: piece, nFeatures: d } : piece;
    if (!isNumbers(points?.data)) {
      throw new EmgpuError(
        'invalid-points',
        `Chunk ${index} of ${this.#replay.name} is neither points nor a Float32Array or Float64Array.`,
        'Give { data, nFeatures }, or the numbers alone.',
      );
    }
    checkSpelling(points);
    if (points.nFeatures !== d) this.#fail(index, `has ${points.nFeatures} columns, where ${d} are expected`);
    if (points.data.length % d !== 0) {
      this.#fail(index, `holds ${points.data.length} numbers, which is no multiple of its ${d} columns`);
    }
    return points;
  }

  /** The kind of the stream's chunks, which the first rows decide; throws if this piece does not suit it. */
  #checkKind({ data, sampleWeight }: HostPoints, index: number): ChunkKind {
    const { nFeatures, featureNames } = this;
    const narrow = isSingle(data);
    const weighted = sampleWeight !== undefined;
    this.#kind ??= { nFeatures, featureNames, narrow, weighted };
    if (this.#kind.narrow && !narrow) this.#fail(index, 'is a Float64Array, where the first was a Float32Array');
    if (this.#kind.weighted !== weighted) {
      this.#fail(
        index,
        weighted ? 'has weights, where the first had none' : 'has no weights, where the first had some',
      );
    }
    return this.#kind;
  }

  /** The sum of a piece's weights. */
  #checkWeights({ data, sampleWeight }: HostPoints, index: number): number {
    const n = data.length / this.nFeatures;
    if (sampleWeight === undefined) return n;
    const where = `chunk ${index} of ${this.#replay.name}`;
    if (!isNumbers(sampleWeight) || sampleWeight.length !== n) {
      throw new EmgpuError(
        'invalid-weights',
        `sampleWeight of ${where} must be a Float32Array or Float64Array of one number for each of its ${n} rows.`,
        'Pass one weight per row, or none at all.',
      );
    }
    let total = 0;
    for (let i = 0; i < n; i++) {
      const w = sampleWeight[i]!;
      total += w;
      if (isWeight(w)) continue;
      throw new EmgpuError(
        'invalid-weights',
        `Weights must be ${WEIGHTS_ARE}; that of row ${i} of ${where} is ${w} (rows counted from 0).`,
        'Correct or leave out such rows.',
      );
    }
    return total;
  }

  #checkGrowth(nRows: number): void {
    this.#seen = Math.max(this.#seen, nRows);
    if (this.#nSamples === undefined || nRows <= this.#nSamples) return;
    throw new EmgpuError(
      'stream-changed',
      `There are more rows in ${this.#replay.name} than the ${this.#nSamples} of before.`,
      REPLAY_REMEDY,
    );
  }

  #checkEnd(nRows: number, totalWeight: number): void {
    const { name } = this.#replay;
    const known = this.#nSamples ?? this.#seen;
    if (nRows < known) {
      throw new EmgpuError(
        'stream-ended',
        `Only ${nRows} rows came from ${name}, where ${known} came before.`,
        REPLAY_REMEDY,
      );
    }
    if (nRows === 0) {
      throw new EmgpuError('empty-file', `No rows came from ${name}.`, 'Give at least one row.');
    }
    if (totalWeight === 0) {
      throw new EmgpuError('invalid-weights', `All weights in ${name} are 0.`, 'Give some rows a weight above 0.');
    }
    this.#nSamples = nRows;
  }

  #fail(index: number, what: string): never {
    throw new EmgpuError(
      'stream-changed',
      `Chunk ${index} of ${this.#replay.name} ${what}.`,
      'Make all chunks alike: the same columns, one type, all with weights or none.',
    );
  }
}

const REPLAY_REMEDY =
  'Every walk must give the same rows: open the source anew each time, and leave it as it is meanwhile.';
