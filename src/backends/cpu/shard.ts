import type { Frame } from '../../data/frame.ts';
import type { Weights } from '../../data/points.ts';
import type { Assignment, KernelParameters, ReadoutKind } from '../../em/types.ts';
import { EmgpuError } from '../../errors.ts';
import { ingest } from './ingest.ts';
import { blendPass, expectationPass, type Pass, readPass, type TaskResult } from './passes.ts';
import { Seeding } from './seeding.ts';
import { TILE } from './tile.ts';

/** What a pass over a shard computes. */
export type Task =
  | {
      readonly type: 'expectation';
      readonly parameters: KernelParameters;
      /** The assignment of the shard's rows. */
      readonly assignment: Assignment | undefined;
    }
  | { readonly type: 'read'; readonly what: ReadoutKind; readonly parameters: KernelParameters }
  | { readonly type: 'blend'; readonly colors: Float32Array; readonly parameters: KernelParameters }
  | { readonly type: 'seeding-sums'; readonly seeding: number; readonly candidates: Float64Array }
  | { readonly type: 'seeding-add'; readonly seeding: number; readonly center: Float64Array };

/** Where a pass stands after a slice of work. */
export type Progress = { readonly done: false } | { readonly done: true; readonly result: TaskResult };

/**
 * A contiguous part of a dataset's points and the work on it, on whatever thread it lives. Passes run in slices of a
 * given time, so that the caller can check an abort signal in between; slicing does not change a bit of the result.
 */
export class Shard {
  readonly #origin: number;
  readonly #nSamples: number;
  readonly #nFeatures: number;
  #frame: Frame;
  readonly #tiles: Float64Array[];
  /** TILE per tile, 0 after the last point; undefined: every point counts once. */
  #weights: Float64Array[] | undefined;
  readonly #passes = new Map<number, { pass: Pass; next: number }>();
  readonly #seedings = new Map<number, Seeding>();

  /**
   * @param start index in the dataset of the shard's first point
   * @throws `out-of-memory`
   */
  constructor(start: number, nSamples: number, frame: Frame) {
    this.#origin = start;
    this.#nSamples = nSamples;
    this.#nFeatures = frame.shift.length;
    this.#frame = frame;
    this.#tiles = allocateTiles(Math.ceil(nSamples / TILE), this.#nFeatures);
  }

  /** Makes room for other points, as many as before, in this frame. */
  renew(frame: Frame): void {
    this.#frame = frame;
    this.#weights = undefined;
    this.#passes.clear();
    this.#seedings.clear();
  }

  /**
   * Takes points in: `rows` holds the shard's points from point `from` on (a multiple of TILE), row-major.
   * @param weights one per row, for all of the shard's rows or none
   * @returns the index in `rows` of the first number that is not finite in the frame, or −1
   */
  ingest(from: number, rows: Float32Array | Float64Array, weights: Weights | undefined): number {
    const n = rows.length / this.#nFeatures;
    if (weights) this.#weights ??= allocateTiles(this.#tiles.length, 1);
    for (let p = 0; p < n; p += TILE) {
      const t = (from + p) / TILE;
      const tile = this.#tiles[t]!;
      if (weights) this.#weights![t]!.set(weights.subarray(p, p + TILE));
      const bad = ingest(rows, p * this.#nFeatures, Math.min(TILE, n - p), this.#frame, tile);
      if (bad >= 0) return bad;
    }
    return -1;
  }

  /**
   * Works on a pass for about this long, at least one tile. The first call for a number brings the task; the last one
   * returns the result and forgets the pass.
   */
  advance(id: number, task: Task | undefined, milliseconds: number): Progress {
    if (task) this.#passes.set(id, { pass: this.#start(task), next: 0 });
    const running = this.#passes.get(id)!;
    const { pass } = running;
    const deadline = performance.now() + milliseconds;
    while (running.next < this.#tiles.length) {
      const tile = running.next++;
      const from = tile * TILE;
      pass.step(this.#tiles[tile]!, Math.min(TILE, this.#nSamples - from), from, this.#weights?.[tile]);
      if (performance.now() > deadline && running.next < this.#tiles.length) return { done: false };
    }
    const result = pass.result();
    this.cancel(id);
    return { done: true, result };
  }

  /** Forgets a pass, finished or not. */
  cancel(id: number): void {
    this.#passes.get(id)?.pass.end();
    this.#passes.delete(id);
  }

  /** The points at these indices, M × D, in the frame. */
  rows(indices: Uint32Array): Float64Array {
    const d = this.#nFeatures;
    const out = new Float64Array(indices.length * d);
    indices.forEach((index, m) => {
      const tile = this.#tiles[Math.floor(index / TILE)]!;
      for (let i = 0; i < d; i++) out[m * d + i] = tile[i * TILE + (index % TILE)]!;
    });
    return out;
  }

  /** The weights of the points at these indices, where they have some. */
  weights(indices: Uint32Array): Float64Array {
    return Float64Array.from(indices, (index) => this.#weights![Math.floor(index / TILE)]![index % TILE]!);
  }

  /** Starts to keep distances to the nearest center. `weights`: what a squared difference counts for in each of D features. */
  startSeeding(id: number, weights: Float64Array): void {
    this.#seedings.set(id, new Seeding(this.#nSamples, weights, this.#weights));
  }

  /** The values of a seeding in these tiles, TILE each. */
  seedingValues(id: number, tiles: Uint32Array): Float64Array {
    return this.#seedings.get(id)!.valuesOf(tiles);
  }

  endSeeding(id: number): void {
    this.#seedings.delete(id);
  }

  #start(task: Task): Pass {
    switch (task.type) {
      case 'expectation':
        return expectationPass(this.#nSamples, task.parameters, this.#origin, task.assignment);
      case 'read':
        return readPass(this.#nSamples, task.what, task.parameters);
      case 'blend':
        return blendPass(this.#nSamples, task.colors, task.parameters);
      case 'seeding-sums':
        return this.#seedings.get(task.seeding)!.sumsPass(task.candidates);
      case 'seeding-add':
        return this.#seedings.get(task.seeding)!.addPass(task.center);
    }
  }
}

/** Numbers per allocation. Allocating tile by tile took as long as ingesting two features, and browsers refuse very long arrays. */
const SLAB = 2 ** 22;

function allocateTiles(count: number, nFeatures: number): Float64Array[] {
  const size = nFeatures * TILE;
  const perSlab = Math.max(1, Math.floor(SLAB / size));
  let slab = new Float64Array();
  try {
    return Array.from({ length: count }, (_, tile) => {
      const place = (tile % perSlab) * size;
      if (place === 0) slab = new Float64Array(Math.min(perSlab, count - tile) * size);
      return slab.subarray(place, place + size);
    });
  } catch (cause) {
    throw new EmgpuError(
      'out-of-memory',
      `${count * TILE} points of ${nFeatures} float64 numbers do not fit into memory.`,
      'Fit a sample of the points, or stream them from a file.',
      { cause },
    );
  }
}
