import { largestTransformedMean } from '../../em/shared-scatter.ts';
import type { KernelKind, KernelParameters, Statistics } from '../../em/types.ts';
import type { GpuContext } from './context.ts';
import { type MomentsGrid, sideBySide, updateGrid } from './grid.ts';
import { diagWays, fullWays, kMeansWays, type LeanWay, tiedFirstWays, tiedWays } from './lean-ways.ts';
import { type PackedBatches, packCenters, packDiag, packFull, packTied, packVectors } from './pack.ts';
import type { Flag, StageName } from './shader.ts';
import { diagMomentsLayout, fullMomentsLayout, type MomentsLayout, type Shape, updateLayout } from './shape.ts';

/** What a kind of model does on the device. */
export interface Kernel {
  /** From points and parameters to log-densities (`assign`: to labels). */
  readonly expectation: StageName;
  /** From responsibilities (or labels) to sums over runs. */
  readonly moments: StageName;
  /** How a workgroup of that stage is shared out; `most`: components side by side at most. */
  readonly grid: (shape: Shape, K: number, most?: number) => MomentsGrid;
  readonly layout: (shape: Shape) => MomentsLayout;
  /** The M-step on the device, where there is one: for stretches of iterations without the host. */
  readonly finalize?: {
    readonly stage: StageName;
    readonly flags: readonly Flag[];
    readonly fits: (shape: Shape, K: number) => boolean;
  };
  /** How a GPU does it in fewer stages, the best way first. */
  readonly lean?: readonly LeanWay[];
  /** `bytes`: of a batch at most, default what every adapter binds as uniform. */
  readonly pack: (parameters: KernelParameters, shape: Shape, bytes?: number) => PackedBatches;
  /**
   * How second moments become `Statistics.second`. `each`: as they are; `shared`: summed over components; `trace`: summed over features;
   * `inertia`: they are no moments, but parts of the objective.
   */
  readonly second: 'each' | 'shared' | 'trace' | 'inertia';
  /** Floating-point operations per point and component, both steps: an estimate, for pacing and for whether iterations may go on without the host. */
  readonly flops: (D: number) => number;
}

/** A finalize stage of mixtures gives each component one invocation of one workgroup, and a private matrix. */
const fitsInvocation = ({ D }: Shape, K: number) => D <= 16 && K <= 64;

const full: Kernel = {
  expectation: 'log-density-full',
  moments: 'moments-full',
  grid: sideBySide(1),
  layout: fullMomentsLayout,
  finalize: { stage: 'finalize-full', flags: [], fits: fitsInvocation },
  lean: fullWays,
  pack: packFull,
  second: 'each',
  flops: (D) => 2 * D * D + 9 * D + 12,
};

const tied: Kernel = {
  expectation: 'log-density-tied',
  moments: 'moments-full',
  grid: sideBySide(1),
  layout: fullMomentsLayout,
  lean: tiedWays,
  pack: packTied,
  second: 'shared',
  flops: (D) => D * D + 9 * D + 12,
};

const diag: Kernel = {
  expectation: 'log-density-diag',
  moments: 'moments-diag',
  grid: sideBySide(2),
  layout: diagMomentsLayout,
  finalize: { stage: 'finalize-diag', flags: [], fits: fitsInvocation },
  lean: diagWays,
  pack: packDiag,
  second: 'each',
  flops: (D) => 8 * D + 14,
};

/** Sums from which those of `tied` follow: `shared-scatter.ts`. */
const tiedFirst: Kernel = {
  ...tied,
  moments: 'moments-diag',
  grid: sideBySide(2),
  layout: diagMomentsLayout,
  lean: tiedFirstWays,
  second: 'each',
  // Per component; the transformation is shared, by eight or so.
  flops: (D) => (D * D) / 8 + 8 * D + 14,
};

const spherical: Kernel = {
  ...diag,
  finalize: { stage: 'finalize-diag', flags: ['SPHERICAL'], fits: fitsInvocation },
  second: 'trace',
};

const kMeans: Kernel = {
  expectation: 'assign',
  moments: 'update',
  grid: updateGrid,
  layout: updateLayout,
  // An invocation per cluster counts its points.
  finalize: { stage: 'finalize-k-means', flags: [], fits: (_, K) => K <= 256 },
  lean: kMeansWays,
  pack: packCenters,
  second: 'inertia',
  flops: (D) => 3 * D + 4,
};

/** By kind. Those of families beyond the Gaussian come in when they are asked for. */
const kernels = new Map<KernelKind, Kernel>(
  Object.entries({ full, tied, 'tied-first': tiedFirst, diag, spherical, 'k-means': kMeans }),
);

/** Of a family beyond the Gaussian: a stage of its own for the densities, the sums of diagonal models. */
function otherKernel(kind: KernelKind): Kernel {
  const { moments, grid, layout, second, flops } = diag;
  return { expectation: `log-density-${kind}`, moments, grid, layout, pack: packVectors, second, flops };
}

/** Means this many standard deviations from the frame's origin make `Uᵀx − Uᵀμ` lose what matters (7 digits less 3). */
const FAR = 1e3;

/** The tied model where its trick of transforming points and means apart would cancel: each mean is subtracted first. */
const tiedFar: Kernel = { ...tied, expectation: 'log-density-full', lean: fullWays, pack: packFull, flops: full.flops };

/** The kernel for these parameters, the same object for the same kind. A kind without a stage fails when that is compiled. */
export function kernelFor(parameters: KernelParameters): Kernel {
  const { kind } = parameters;
  return kind === 'tied' && largestTransformedMean(parameters) > FAR ? tiedFar : kernelOf(kind);
}

/** The kernel of a kind, whatever the parameters. */
export function kernelOf(kind: KernelKind): Kernel {
  const known = kernels.get(kind) ?? otherKernel(kind);
  kernels.set(kind, known);
  return known;
}

/** Points of a window from which on passes with this kernel are lean. */
export function leanFromOf({ leanFrom }: Pick<GpuContext, 'leanFrom'>, { second }: Kernel): number {
  return second === 'inertia' ? leanFrom.kMeans : leanFrom.mixtures;
}

/** The sums of one pass, as read back: `groups` partial sums of K components of `layout`. */
export interface RawSums {
  readonly totals: Float32Array;
  readonly groups: number;
  /** K × D, the float32 means that the kernels subtracted. */
  readonly centers: Float64Array;
  readonly logLikelihood: number;
  readonly nSamples: number;
  /** `Σ w` */
  readonly totalWeight: number;
}

/** Adds up the groups in float64 and puts every sum in its place. */
export function unpackStatistics(
  kernel: Kernel,
  parameters: KernelParameters,
  layout: MomentsLayout,
  raw: RawSums,
): Statistics {
  const { nComponents: K, nFeatures: D, kind } = parameters;
  const size = layout.tiles * layout.sums * 4;
  const { totals, groups } = raw;
  const length = K * size;
  const total = new Float64Array(length);
  for (let g = 0, at = 0; g < groups; g++) {
    for (let i = 0; i < length; i++, at++) total[i]! += totals[at]!;
  }
  const pick = (offsets: Uint32Array) => {
    const out = new Float64Array(K * offsets.length);
    for (let k = 0; k < K; k++) {
      for (let i = 0; i < offsets.length; i++) out[k * offsets.length + i] = total[k * size + offsets[i]!]!;
    }
    return out;
  };
  const seconds = pick(layout.second);
  const { second, inertia } = fold(kernel.second, seconds, K, layout.second.length);
  return {
    kind,
    nComponents: K,
    nFeatures: D,
    nSamples: raw.nSamples,
    totalWeight: raw.totalWeight,
    objective: kernel.second === 'inertia' ? -inertia : raw.logLikelihood,
    centers: raw.centers,
    counts: pick(Uint32Array.of(layout.count)),
    first: pick(layout.first),
    second,
  };
}

function fold(how: Kernel['second'], seconds: Float64Array, K: number, size: number) {
  if (how === 'each') return { second: seconds, inertia: 0 };
  if (how === 'inertia') return { second: new Float64Array(0), inertia: seconds.reduce((a, b) => a + b, 0) };
  const second = new Float64Array(how === 'shared' ? size : K);
  for (let k = 0; k < K; k++) {
    for (let i = 0; i < size; i++) second[how === 'shared' ? i : k]! += seconds[k * size + i]!;
  }
  return { second, inertia: 0 };
}
