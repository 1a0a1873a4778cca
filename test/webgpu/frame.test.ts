import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostMoments } from '../../src/data/frame.ts';

const rows = fc.array(
  fc.record({
    x: fc.tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true })),
    weight: fc.constantFrom(0, 0.5, 3),
  }),
  { minLength: 1, maxLength: 40 },
);

describe('moments for the frame', () => {
  test('leave out rows of weight 0, wherever they lie, and count all others once', async () => {
    const property = fc.asyncProperty(rows, async (list) => {
      const kept = list.filter(({ weight }) => weight > 0);
      fc.pre(kept.length > 0);
      const data = Float64Array.from(list.flatMap(({ x, weight }) => (weight > 0 ? x : [1e200, -1e300])));
      const sampleWeight = Float64Array.from(list, ({ weight }) => weight);
      const rest = { data: Float64Array.from(kept.flatMap(({ x }) => x)), nFeatures: 2 };
      expect(await hostMoments({ data, nFeatures: 2, sampleWeight })).toEqual(await hostMoments(rest));
    });
    await fc.assert(property);
  });

  test('name a number that is not finite, whatever the weight of its row', async () => {
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      const points = { data: Float64Array.of(1, 2, 3, bad), nFeatures: 2, sampleWeight: Float64Array.of(1, 0) };
      await expect(hostMoments(points)).rejects.toMatchObject({ code: 'non-finite', message: /row 1, column 1 / });
    }
  });
});
