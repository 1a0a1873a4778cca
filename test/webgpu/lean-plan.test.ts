import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kernelFor } from '../../src/backends/webgpu/kernels.ts';
import { layPortions, leanCapacity, rowsPerRun, suitsLean } from '../../src/backends/webgpu/lean-plan.ts';
import { shapeOf } from '../../src/backends/webgpu/shape.ts';
import type { Window } from '../../src/backends/webgpu/windows.ts';
import type { KernelParameters } from '../../src/em/types.ts';

const MIB = 2 ** 20;
/** Bytes of points per window. */
const WINDOW = 256 * MIB;

const model = fc.record({
  kind: fc.constantFrom('full', 'diag', 'spherical', 'k-means'),
  D: fc.integer({ min: 1, max: 128 }),
  K: fc.integer({ min: 1, max: 1024 }),
  share: fc.double({ min: 1e-3, max: 1, noNaN: true }),
  budget: fc.double({ min: 1e6, max: 1e15, noNaN: true }),
});

/** A plan for one window, of a model that suits lean passes. */
function planOf({ kind, D, K, share, budget }: typeof model extends fc.Arbitrary<infer T> ? T : never) {
  const kernel = kernelFor({ kind } as KernelParameters);
  const shape = shapeOf(D);
  fc.pre(suitsLean(kernel, shape, K));
  const count = Math.ceil((share * WINDOW) / (shape.DB * shape.W * 4));
  const capacity = leanCapacity(kernel, shape, K, count, budget);
  const [portion] = layPortions(kernel, shape, K, [{ count } as Window], capacity);
  const { tiles, sums } = kernel.layout(shape);
  return { kernel, K, count, capacity, portion: portion!, column: K * tiles * sums * 16 };
}

test('whatever N, K and D, a lean pass has at most 61 MiB for log-densities, norms and sums', () => {
  fc.assert(
    fc.property(model, (drawn) => {
      const { kernel, K, capacity, portion, column } = planOf(drawn);
      const densities = kernel.lean!.moments ? capacity * (4 * K + 8) : 0;
      const partials = (capacity / portion.run) * rowsPerRun(kernel) * column;
      expect(densities).toBeLessThanOrEqual(33 * MIB);
      expect(partials).toBeLessThanOrEqual(12 * MIB);
      expect(2 * portion.middle * column).toBeLessThanOrEqual(16 * MIB);
    }),
    { numRuns: 2000 },
  );
});

test('chunks are whole groups of runs and cover the window, each point once', () => {
  fc.assert(
    fc.property(model, (drawn) => {
      const { count, portion } = planOf(drawn);
      const { chunks, run } = portion;
      expect(run % 256).toBe(0);
      let next = 0;
      for (const chunk of chunks) {
        expect(chunk.first).toBe(next);
        expect(chunk.first % (16 * run)).toBe(0);
        next += chunk.count;
      }
      expect(next).toBe(count);
    }),
  );
});
