import { assert, assertEqual } from '../assert.ts';
import type { LaneCase, LaneContext } from '../types.ts';
import { anyShape, countCompilations, gpuBackend, randomFor } from './gpu.ts';
import { drawModel } from './models.ts';

const K = 4;

/** What a pass needs is compiled while the points come, and it is all that is compiled. */
export const ahead: readonly LaneCase[] = (
  [
    ['diag', 'lean-diag'],
    ['tied', 'lean-diag TIED'],
    ['k-means', 'lean-k-means'],
  ] as const
).map(([kind, stage]) => ({
  name: `loading: ${kind}, stages of the passes that are expected are compiled while points come`,
  async run(context: LaneContext) {
    const { D } = anyShape(context);
    const model = drawModel(kind, { D, K, N: 20_003, separation: 2 }, randomFor(context.seed, `ahead ${kind}`));
    const { device, labels } = countCompilations(context.device);
    const backend = gpuBackend({ ...context, device }, { leanFrom: 0 });
    const dataset = await backend.load(model.points, {
      scaling: model.scaling,
      expected: { kind, nComponents: K },
    });
    try {
      assert(
        labels.some((label) => label.startsWith(`${stage} `)),
        `${labels} when the points are there`,
      );
      const before = [...labels];
      await dataset.expectation(model.pack(dataset.frame));
      // The first pass over a tied model sums the scatter of all points, by stages of its own.
      if (kind !== 'tied') assertEqual(`${labels}`, `${before}`, 'compiled after the first pass');
    } finally {
      dataset.destroy();
    }
  },
}));
