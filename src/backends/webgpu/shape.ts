/** How points of D features are laid out on the device; the constants that shaders are specialised by. */
export interface Shape {
  /** D, the number of features. */
  readonly D: number;
  /** Width of a block: 2 for D ≤ 2, else 4. */
  readonly W: number;
  /** Blocks that a point is calculated with, ⌈D / W⌉; what is padding of the last is not stored. */
  readonly DB: number;
}

/** Points per window and chunk are multiples of this: whole workgroups of any stage, whole runs. */
export const GRAIN = 1024;

/** Up to these many points runs are short: the fewer partial sums there are, the less their roundings average out. */
const FEW_POINTS = 2 ** 16;
const SOME_POINTS = 2 ** 20;

/**
 * Points per run, which one invocation adds up in order: what a float32 sum over them costs is about 2⁻²⁵ √(run / 3) of it,
 * and less by the square root of how many of them the host adds up. `fine`: where it gets many of them.
 */
export function runFor(nSamples: number, fine: boolean): number {
  if (nSamples <= FEW_POINTS) return fine ? 16 : 256;
  if (!fine) return GRAIN;
  return nSamples <= SOME_POINTS ? 64 : 256;
}

/** Points per tile of the layout, and per partial log-likelihood. */
export const TILE = 256;

export function shapeOf(nFeatures: number): Shape {
  const W = nFeatures <= 2 ? 2 : 4;
  return { D: nFeatures, W, DB: Math.ceil(nFeatures / W) };
}

/**
 * Where feature d of the points of a tile lies, counted in float32 from the tile's first: that of the tile's n-th point is at
 * `offset + n * stride`. Twin of `point_block` in `shaders/shared/point-block.wgsl`.
 */
export function featurePlace({ D, W }: Shape, d: number): { offset: number; stride: number } {
  const inBlock = d % W;
  return d < D - (D % W) ? { offset: (d - inBlock) * TILE + inBlock, stride: W } : { offset: d * TILE, stride: 1 };
}

/** Points in a buffer are padded with zeros to multiples of this: whole workgroups of any stage. */
export const PADDING = 512;

/** Floats of points that an invocation may hold: more would leave the registers of any adapter, and take compilers seconds. */
const MOST_FLOATS = 128;

/** Points per invocation, from the fewest on: chunks are padded to whole workgroups of the last. */
export function pointsLadder({ DB, W }: Shape): number[] {
  return [1, 2, 4, 8].filter((points) => points * 64 <= PADDING && points * DB * W <= MOST_FLOATS);
}

/** Blocks of features that stages for diagonal sums take at a time. */
export function unitBlocks({ DB }: Shape): number {
  return DB > 2 ? 4 : DB;
}

/** Units that the blocks of features are cut into for diagonal sums. */
export function diagUnits(shape: Shape): number {
  return Math.ceil(shape.DB / unitBlocks(shape));
}

/** Points that an invocation of `lean-k-means` takes of a tile: what its sums take together does not depend on how many it takes at once. */
export function takenPoints({ D }: Shape): number {
  return D <= 16 ? 2 : 1;
}

/** Where a stage leaves the sums of one component, in floats from the component's first. */
export interface MomentsLayout {
  /** Parts that the sums of one component are cut into. */
  readonly tiles: number;
  /** vec4f per tile. */
  readonly sums: number;
  /** Offset of `Σ r`. */
  readonly count: number;
  /** D offsets of `Σ r z`. */
  readonly first: Uint32Array;
  /** Offsets of the second moments in the order of `Statistics.second`: a packed lower triangle, or a diagonal. */
  readonly second: Uint32Array;
}

/** The layout that `moments-full.wgsl` writes. */
export function fullMomentsLayout({ D, W, DB }: Shape): MomentsLayout {
  const side = Math.ceil(DB / 2);
  const tiles = (side * (side + 1)) / 2;
  const paired = DB > 1;
  const sums = !paired ? (W === 4 ? 6 : 2) : tiles > 1 ? 19 : 15;
  const matrices = [0, 16, 60, 32]; // m00, m01, m10, m11
  const tileAt = (i: number, j: number) => ((j * (j + 1)) / 2 + i) * sums * 4;
  const sumsAt = paired ? 48 : W * W;
  const first = Uint32Array.from({ length: D }, (_, d) => {
    const b = Math.floor(d / W);
    return tileAt(b >> 1, b >> 1) + sumsAt + (b & 1) * W + (d % W);
  });
  const second = new Uint32Array((D * (D + 1)) / 2);
  for (let j = 0, at = 0; j < D; j++) {
    const bj = Math.floor(j / W);
    for (let i = 0; i <= j; i++, at++) {
      const bi = Math.floor(i / W);
      // Within a pair of blocks (1, 0) on the diagonal is not summed; bi ≤ bj never asks for it there.
      const matrix = matrices[(bi & 1) * 2 + (bj & 1)]!;
      second[at] = tileAt(bi >> 1, bj >> 1) + matrix + (j % W) * W + (i % W);
    }
  }
  return { tiles, sums, count: sumsAt + (paired ? 2 * W : W), first, second };
}

/** The layout that `moments-diag.wgsl` writes. */
export function diagMomentsLayout({ D, W, DB }: Shape): MomentsLayout {
  const paired = DB > 1;
  const tiles = Math.ceil(DB / 2);
  const sums = paired ? 5 : W === 4 ? 3 : 2;
  const at = (d: number, moment: 0 | 1) => {
    const b = Math.floor(d / W);
    const tile = (b >> 1) * sums * 4;
    return tile + (paired ? moment * 8 + (b & 1) * 4 : moment * W) + (d % W);
  };
  return {
    tiles,
    sums,
    count: paired ? 16 : 2 * W,
    first: Uint32Array.from({ length: D }, (_, d) => at(d, 0)),
    second: Uint32Array.from({ length: D }, (_, d) => at(d, 1)),
  };
}

/** The layout that `update.wgsl` writes: blocks of first moments, then count and inertia. */
export function updateLayout({ D, W, DB }: Shape): MomentsLayout {
  return {
    tiles: DB + 1,
    sums: W / 4,
    count: DB * W,
    first: Uint32Array.from({ length: D }, (_, d) => d),
    second: Uint32Array.of(DB * W + 1),
  };
}
