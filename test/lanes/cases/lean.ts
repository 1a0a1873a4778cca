import { assertSame } from '../assert.ts';
import type { LaneCase, LaneContext } from '../types.ts';
import { gpuBackend, randomFor, type Spec } from './gpu.ts';
import { drawModel, numbersOf } from './models.ts';
import { compareKMeans, compareRuns, compareStep } from './twins.ts';
import { leanWindows } from './windows.ts';

/** Passes as GPUs do them, whatever the device and however few the points. */
const LEAN = { leanFrom: 0 };

/** Narrow points, one block, an odd number of blocks, an even one, tiles. */
const FEATURES = [1, 3, 9, 17];
const SIZES = [
  { K: 1, N: 1 },
  { K: 7, N: 257 },
  { K: 2, N: 5_003 },
  { K: 33, N: 1_025 },
] as const;
const TYPES = ['full', 'diag', 'spherical'] as const;

/** SwiftShader takes seconds to compile a stage, and there is one for each D and K: there, one of each way. */
const isSlow = ({ lane }: LaneContext) => lane === 'chromium' || lane === 'node-swiftshader';

const steps: readonly LaneCase[] = TYPES.map((type) => ({
  name: `lean: ${type}, one step at awkward sizes, fewer of them on SwiftShader`,
  async run(context) {
    const step = (D: number, size: { K: number; N: number }) => compareStep(context, { type, D, ...size }, LEAN);
    if (isSlow(context)) {
      await step(5, { K: 33, N: 1_025 });
      await step(9, { K: 3, N: 257 });
      return;
    }
    for (const D of FEATURES) for (const size of SIZES) await step(D, size);
    // Too many for both steps in one stage.
    await step(3, { K: 150, N: 1_025 });
  },
}));

const kMeans: LaneCase = {
  name: 'lean: k-means, one step',
  async run(context) {
    for (const D of FEATURES) for (const { K, N } of SIZES) await compareKMeans(context, D, K, N, LEAN);
    await compareKMeans(context, 4, 128, 3_001, LEAN);
  },
};

/** Beyond 65,536 points, where GPUs do it by themselves. */
const conditions: LaneCase = {
  name: 'lean: full, condition number 1e4, 66,001 points, several iterations',
  lanes: ['node-lavapipe', 'deno', 'firefox'],
  run(context) {
    const spec: Spec = { type: 'full', D: 5, K: 3, N: 66_001, condition: 1e4 };
    return compareRuns(context, 'lean, condition number 1e4', spec, 5, LEAN);
  },
};

/** How a pass is cut into chunks follows the device's pace. */
const pace: readonly LaneCase[] = (['full', 'diag', 'k-means'] as const).map((kind) => ({
  name: `lean: ${kind}, the same bits in small chunks and in large ones`,
  async run(context) {
    const model = drawModel(kind, { D: 6, K: 5, N: 40_003, separation: 2 }, randomFor(context.seed, `lean ${kind}`));
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
export const lean: readonly LaneCase[] = [...steps, kMeans, conditions, ...pace, ...leanWindows];
