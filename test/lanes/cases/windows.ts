import type { GpuBackendOptions } from '../../../src/backends/webgpu/backend.ts';
import { addStatistics } from '../../../src/em/statistics.ts';
import type { Statistics } from '../../../src/em/types.ts';
import { assert, assertEqual, assertSame } from '../assert.ts';
import type { LaneCase } from '../types.ts';
import { anyShape, randomFor } from './gpu.ts';
import { cutBackend, drawModel, drawWeights, KINDS, type Kind, numbersOf, sliceRows } from './models.ts';

/** A dataset of several windows is the sum of datasets of one: a stream that is read in such pieces gives the same bits. */
const cut = (kind: Kind, weighted: boolean, name: string, options: Partial<GpuBackendOptions>): LaneCase => ({
  name: `${name}${weighted ? ', weighted' : ''}, one dataset of three windows is three datasets of one, bit by bit`,
  async run(context) {
    const { D, K } = anyShape(context);
    // Rows of one number less, so that more than 2048 do not fit.
    const backend = cutBackend(context, 2048 * 4 * (D + 1), options);
    const rows = backend.windowRows(D);
    assertEqual(rows, 2048, 'rows per window');
    const N = 2 * rows + 1001;
    const random = randomFor(context.seed, `windows ${kind}`);
    const model = drawModel(kind, { D, K, N, separation: 2 }, random);
    const points = weighted ? { ...model.points, sampleWeight: drawWeights(N, random) } : model.points;
    const whole = await backend.load(points, { scaling: model.scaling });
    const { frame } = whole;
    const parameters = model.pack(frame);
    const expected = await whole.expectation(parameters);
    whole.destroy();

    let total: Statistics | undefined;
    for (let from = 0; from < N; from += rows) {
      const piece = sliceRows(points, from, Math.min(N, from + rows));
      const dataset = await backend.load(piece, { scaling: model.scaling, frame });
      const part = await dataset.expectation(parameters);
      dataset.destroy();
      total = total ? addStatistics(total, part) : part;
    }
    assertSame(numbersOf(total!), numbersOf(expected), `statistics, seed ${context.seed}`);
    assertEqual(expected.nSamples, N, 'points');
    assert(expected.totalWeight === whole.totalWeight, 'the total weight is that of the dataset');
  },
});

export const windows: readonly LaneCase[] = KINDS.flatMap((kind) =>
  [false, true].map((weighted) => cut(kind, weighted, `windows: ${kind}`, {})),
);

/** The same for lean passes, which the last window is too small for. */
export const leanWindows: readonly LaneCase[] = (['full', 'tied', 'diag', 'k-means'] as const).map((kind) =>
  cut(kind, kind === 'diag', `lean: ${kind}`, { leanFrom: 2048 }),
);
