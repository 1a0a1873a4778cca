import { gaussianFamily } from '../../../src/families/gaussian.ts';
import { assertSame } from '../assert.ts';
import type { LaneCase, LaneContext } from '../types.ts';
import { anyShape, compilesFast, cpuBackend, drawSample, gpuBackend, iterate, randomFor, type Spec } from './gpu.ts';
import { drawModel, numbersOf } from './models.ts';
import { compare, compareKMeans, compareRuns, compareStep } from './twins.ts';
import { leanWindows } from './windows.ts';

/** Passes as GPUs do them, whatever the device and however few the points. */
const LEAN = { leanFrom: 0 };

const TYPES = ['full', 'tied', 'diag', 'spherical'] as const;

/** Narrow points, one block, an odd number of blocks, an even one, tiles; too many components for both steps in one stage. */
const STEPS = [
  { D: 1, K: 1, N: 1 },
  { D: 1, K: 33, N: 1_025 },
  { D: 3, K: 7, N: 257 },
  { D: 3, K: 150, N: 1_025 },
  { D: 8, K: 2, N: 5_003 },
  { D: 9, K: 33, N: 1_025 },
  { D: 17, K: 7, N: 257 },
  { D: 33, K: 2, N: 5_003 },
] as const;
/**
 * The sizes of a lane: all of them, but on lavapipe, which takes seconds to compile a stage for each D and K: there one, which the seed and a
 * model's place among them choose.
 */
function stepsOf(context: LaneContext, place: number): readonly (typeof STEPS)[number][] {
  if (compilesFast(context)) return STEPS;
  // Up to a minute for a stage that no software adapter is ever asked for, such as sums of a tile.
  const small = STEPS.filter(({ D }) => D <= 8);
  return [small[(context.seed + 2 * place) % small.length]!];
}

const steps: readonly LaneCase[] = TYPES.map((type, place) => ({
  name: `lean: ${type}, one step at awkward sizes, all of them where stages compile fast`,
  async run(context) {
    for (const size of stepsOf(context, place)) await compareStep(context, { type, ...size }, LEAN);
  },
}));

const kMeans: LaneCase = {
  name: 'lean: k-means, one step',
  async run(context) {
    for (const { D, K, N } of stepsOf(context, TYPES.length).filter((size) => size.K <= 128))
      await compareKMeans(context, D, K, N, LEAN);
    await compareKMeans(context, 4, 128, 3_001, LEAN);
  },
};

/** Beyond 65,536 points, where GPUs do it by themselves. */
const conditions: LaneCase = {
  name: 'lean: full, condition number 1e4, 66,001 points, several iterations',
  lanes: ['node-lavapipe', 'node-swiftshader', 'chromium'],
  run(context) {
    const spec: Spec = { type: 'full', D: 5, K: 3, N: 66_001, condition: 1e4 };
    return compareRuns(context, 'lean, condition number 1e4', spec, 5, LEAN);
  },
};

/** Runs long enough that what a workgroup has added up is added to what the run has so far: in two stages, and in one, over several tiles. */
const folds: readonly LaneCase[] = [
  { type: 'full', D: 9, K: 16, N: 110_003 },
  { type: 'diag', D: 33, K: 16, N: 110_003 },
  { type: 'full', D: 2, K: 3, N: 530_003 },
  { type: 'diag', D: 2, K: 17, N: 530_003 },
].map((spec) => ({
  name: `lean: ${spec.type}, D ${spec.D}, K ${spec.K}, ${spec.N.toLocaleString('en')} points, runs that are added up in parts`,
  lanes: ['node-swiftshader', 'chromium'],
  run: (context: LaneContext) => compareStep(context, spec as Spec, LEAN),
}));

/**
 * Triangles that follow from counts and first moments: means some standard deviations from the origin; and where too much would cancel, which
 * shows only when the sums are there: a start that is ten times too wide. In passes for GPUs, and the first also in those of the adapter, whose float32
 * sums lose more where means move as far as in the second.
 */
const shared: readonly LaneCase[] = [
  { what: 'some standard deviations from the origin', separation: 3, wider: 1, ways: [LEAN, {}] },
  { what: 'a start that is ten times too wide', separation: 40, wider: 100, ways: [LEAN] },
].map(({ what, separation, wider, ways }) => ({
  name: `lean: tied, ${what}, 66,001 points`,
  lanes: ['node-lavapipe', 'node-swiftshader', 'chromium'],
  async run(context: LaneContext) {
    const spec: Spec = { type: 'tied', ...anyShape(context), N: 66_001, separation };
    const { points, start } = drawSample(spec, randomFor(context.seed, `lean: tied, ${what}`));
    const wide = { ...start, covariances: start.covariances.map((c) => wider * c) };
    const family = gaussianFamily({ covarianceType: 'tied', regCovar: 1e-6 });
    const cpu = await iterate(cpuBackend(), family, points, wide, 1);
    for (const options of ways) {
      const gpu = await iterate(gpuBackend(context, options), family, points, wide, 1);
      compare(gpu, cpu, spec, `${what}, ${JSON.stringify(options)}, seed ${context.seed}`);
    }
  },
}));

/** How a pass is cut into chunks follows the device's pace. */
const pace: readonly LaneCase[] = (['full', 'tied', 'diag', 'k-means'] as const).map((kind) => ({
  name: `lean: ${kind}, the same bits in small chunks and in large ones`,
  async run(context) {
    const model = drawModel(
      kind,
      { ...anyShape(context), N: 40_003, separation: 2 },
      randomFor(context.seed, `lean ${kind}`),
    );
    const statistics = async (rate: number) => {
      const dataset = await gpuBackend(context, { ...LEAN, rate }).load(model.points, { scaling: model.scaling });
      try {
        return numbersOf(await dataset.expectation(model.pack(dataset.frame)));
      } finally {
        dataset.destroy();
      }
    };
    assertSame(await statistics(1), await statistics(1e12), `statistics, seed ${context.seed}`);
  },
}));

/** Passes over many points on a GPU: the same twins, the same rules. */
export const lean: readonly LaneCase[] = [...steps, kMeans, conditions, ...folds, ...shared, ...pace, ...leanWindows];
