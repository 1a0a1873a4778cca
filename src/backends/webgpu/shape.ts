/** How points of D features are laid out on the device; the constants that shaders are specialised by. */
export interface Shape {
  /** D, the number of features. */
  readonly D: number;
  /** Width of a block: 2 for D ≤ 2, else 4. */
  readonly W: number;
  /** Blocks per point, ⌈D / W⌉. */
  readonly DB: number;
}

/** Points per window and chunk are multiples of this; it is also the largest slab. */
export const SLAB = 4096;
/** Up to this many points, slabs are small: the fewer points, the less their roundings average out. */
const FEW_POINTS = 65536;

/**
 * Points per slab, the unit of summation. Its 64 invocations add up 4 points each where there are few, else 64: the error of
 * a float32 sum over N points in runs of m is about 2⁻²⁶ · m / √(3 N) of the sum.
 */
export function slabFor(nSamples: number): number {
  return nSamples <= FEW_POINTS ? 256 : SLAB;
}

/** Points per tile of the layout, and per partial log-likelihood. */
export const TILE = 256;

export function shapeOf(nFeatures: number): Shape {
  const W = nFeatures <= 2 ? 2 : 4;
  return { D: nFeatures, W, DB: Math.ceil(nFeatures / W) };
}

/** Where a moments stage leaves the sums of one component, in floats from the component's first. */
export interface MomentsLayout {
  /** Workgroups per slab and component (dispatch z). */
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
  const sums = !paired ? (W === 4 ? 8 : 4) : tiles > 1 ? 20 : 16;
  const matrices = [0, 16, 64, 32]; // m00, m01, m10, m11
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
  const sums = paired ? 8 : 4;
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
