import type { KernelParameters, Readout } from '../../em/types.ts';
import { STRIP, TILE } from './tile.ts';
import type { TileModel } from './tile-model.ts';
import { type Address, LONG, Workspace } from './workspace.ts';

/** k-means as the chain assign → update. */
export class KMeansModel implements TileModel {
  readonly #space = Workspace.borrow();
  readonly #nComponents: number;
  readonly #nFeatures: number;
  /** D × TILE */
  readonly #x: Address;
  /** K × D */
  readonly #centers: Address;
  /** The same in float32, and what else `assign` asks for. */
  readonly #narrow: Address;
  readonly #halfNorms: Address;
  readonly #scratch: Address;
  /** TILE 32-bit integers. */
  readonly #labels: Address;
  /** TILE squared distances. */
  readonly #nearest: Address;
  /** TILE */
  readonly #weights: Address;
  /** K × D and K, zeros: `update` sums up a tile there. */
  readonly #tileSums: Address;
  /** Long sums: the objective, K counts, K × D first moments. */
  readonly #sums: Address;
  /** Views of `#x` and `#weights`, made once: making a view takes as long as 20 points. */
  readonly #tile: Float64Array;
  readonly #weightTile: Float64Array;

  constructor({ nComponents, nFeatures, means }: KernelParameters) {
    const space = this.#space;
    this.#nComponents = nComponents;
    this.#nFeatures = nFeatures;
    this.#x = space.reserve(nFeatures * TILE);
    this.#centers = space.place(means);
    this.#narrow = space.reserve(Math.ceil((means.length + nFeatures) / 2));
    this.#halfNorms = space.reserve(Math.ceil((nComponents + 1) / 2));
    space.stages.narrowCenters(nFeatures, nComponents, this.#centers, this.#narrow, this.#halfNorms);
    this.#scratch = space.reserve((3 + nFeatures + nComponents + 1) * STRIP);
    this.#labels = space.reserve(TILE / 2);
    this.#nearest = space.reserve(TILE);
    this.#weights = space.reserve(TILE);
    this.#tileSums = space.reserve(means.length + nComponents);
    this.#sums = space.reserveSums(1 + nComponents + means.length);
    // Made last, as reserving more memory may void it.
    this.#tile = space.numbers(this.#x, nFeatures * TILE);
    this.#weightTile = space.numbers(this.#weights, TILE).fill(1);
  }

  expectation(x: Float64Array, count: number, _from: number, weights: Float64Array | undefined): void {
    this.#assign(x, count);
    const K = this.#nComponents;
    const counts = this.#sums + LONG;
    const points = [this.#x, count, this.#nFeatures, K, this.#centers, this.#labels] as const;
    const sums = [this.#tileSums, counts, counts + K * LONG, this.#sums] as const;
    if (weights) this.#weightTile.set(weights);
    // Only the last tile of a pass is not full.
    else if (count < TILE) this.#weightTile.fill(0, count);
    this.#space.stages.update(...points, this.#weights, ...sums);
  }

  takeSums(): Float64Array {
    return this.#space.takeSums(this.#sums, 1 + this.#nComponents * (1 + this.#nFeatures));
  }

  labels(x: Float64Array, count: number, out: Readout['labels'], from: number): void {
    this.#assign(x, count);
    const labels = this.#labelView();
    for (let p = 0; p < count; p++) out[from + p] = labels[p]!;
  }

  responsibilities(x: Float64Array, count: number, out: Readout['responsibilities'], from: number): void {
    this.#assign(x, count);
    const labels = this.#labelView();
    const K = this.#nComponents;
    out.fill(0, from * K, (from + count) * K);
    for (let p = 0; p < count; p++) out[(from + p) * K + labels[p]!] = 1;
  }

  logDensities(x: Float64Array, count: number, out: Readout['logDensities'], from: number): void {
    this.#assign(x, count);
    const { nearestDistances } = this.#space.stages;
    nearestDistances(this.#x, count, this.#nFeatures, this.#centers, this.#labels, this.#nearest);
    const nearest = this.#space.numbers(this.#nearest, count);
    for (let p = 0; p < count; p++) out[from + p] = -nearest[p]!;
  }

  free(): void {
    this.#space.giveBack();
  }

  #assign(x: Float64Array, count: number): void {
    this.#tile.set(x);
    const { assign } = this.#space.stages;
    const centers = [this.#centers, this.#narrow, this.#halfNorms] as const;
    assign(this.#x, count, this.#nFeatures, this.#nComponents, ...centers, this.#scratch, this.#labels);
  }

  #labelView(): Uint32Array {
    return new Uint32Array(this.#space.stages.memory.buffer, this.#labels, TILE);
  }
}
