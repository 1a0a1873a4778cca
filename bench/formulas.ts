import type { Kind } from './problem.ts';

/** Floating-point operations of an exponential, by the convention of the notes. */
const EXP = 8;

/**
 * Floating-point operations that one iteration needs per point: the least work known, whatever the kernels do. A fused
 * multiply-add counts 2, an exponential 8. `K` components, `D` features.
 *
 * k-means: `x·c − ½‖c‖²` for every centre (2D), the comparison (2), and one addition of the point (D).
 * diag: distance `((x − μ) s)²` (4D), sums of x and x² weighted (4D), exponential and normalization (14).
 * full: `‖Uᵀ(x − μ)‖²` (D² + …) and a weighted triangle of x xᵀ (D² + …), together 2D² + 9D + 12.
 * spherical: `x·μ − ½‖μ‖²` (2D), the weighted sum of x (2D), exponential, normalization, sum of distances (16); ‖x‖² once per point.
 * tied: every point is transformed by the shared factor once (D² + D); from there on as spherical. Σ x xᵀ never changes.
 */
export function flopPerPoint(kind: Kind, D: number, K: number): number {
  switch (kind) {
    case 'k-means':
      return 2 * D * K + 2 * K + D;
    case 'diag':
      return K * (8 * D + 6 + EXP);
    case 'full':
      return K * (2 * D * D + 9 * D + 4 + EXP);
    case 'spherical':
      return K * (4 * D + 8 + EXP) + 2 * D;
    case 'tied':
      return K * (4 * D + 8 + EXP) + 2 * D + D * (D + 1);
  }
}

/** Bytes that one iteration needs per point: its float32 features, read once. */
export function bytesPerPoint(D: number): number {
  return 4 * D;
}

/** What an adapter can do at best, as measured. */
export interface Roof {
  /** float32 fused multiply-adds, as 10⁹ floating-point operations per second (two per multiply-add). */
  readonly gflops: number;
  /** 10⁹ bytes per second of a copy, reads and writes added up. */
  readonly gbps: number;
}

/** How an iteration stands against the roofs. */
export interface Rates {
  /** Floating-point operations and bytes of one iteration. */
  readonly flop: number;
  readonly bytes: number;
  readonly gflops: number;
  readonly gbps: number;
  /** Shares of the roofs, 0…1. */
  readonly ofPeak?: number;
  readonly ofCopy?: number;
}

/** Rates of an iteration over `N` points that takes `ms`. */
export function rates(kind: Kind, N: number, D: number, K: number, ms: number, roof?: Roof): Rates {
  const flop = N * flopPerPoint(kind, D, K);
  const bytes = N * bytesPerPoint(D);
  const gflops = flop / ms / 1e6;
  const gbps = bytes / ms / 1e6;
  return {
    ...{ flop, bytes, gflops, gbps },
    ...(roof && { ofPeak: gflops / roof.gflops, ofCopy: gbps / roof.gbps }),
  };
}
