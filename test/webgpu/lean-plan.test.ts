import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kernelFor } from '../../src/backends/webgpu/kernels.ts';
import {
  densityRows,
  keptSums,
  layPortions,
  leanWay,
  type Portion,
  rowsPerRun,
} from '../../src/backends/webgpu/lean-plan.ts';
import { shapeOf } from '../../src/backends/webgpu/shape.ts';
import type { Window } from '../../src/backends/webgpu/windows.ts';
import type { KernelParameters } from '../../src/em/types.ts';

const MIB = 2 ** 20;
/** Bytes of points per window. */
const WINDOW = 256 * MIB;

const model = fc.record({
  kind: fc.constantFrom('full', 'tied-first', 'diag', 'spherical', 'k-means'),
  D: fc.integer({ min: 1, max: 128 }),
  K: fc.integer({ min: 1, max: 1024 }),
  share: fc.double({ min: 1e-3, max: 1, noNaN: true }),
  budget: fc.double({ min: 1e6, max: 1e15, noNaN: true }),
});

/** A plan for a full window and one that may be smaller, of a model that suits lean passes. */
function planOf({ kind, D, K, share, budget }: typeof model extends fc.Arbitrary<infer T> ? T : never) {
  const kernel = kernelFor({ kind } as KernelParameters);
  const shape = shapeOf(D);
  const way = leanWay(kernel, shape, K);
  fc.pre(way !== undefined);
  const full = WINDOW / (shape.DB * shape.W * 4);
  const windows = [Math.floor(full), Math.ceil(share * full)].map((count) => ({ count }) as Window);
  const portions = layPortions(way!, kernel, shape, K, windows, budget);
  const { tiles, sums } = kernel.layout(shape);
  return { way: way!, shape, K, portions, column: K * tiles * sums * 16 };
}

test('whatever N, K and D, a lean pass has at most 63 MiB for log-densities, norms and sums', () => {
  fc.assert(
    fc.property(model, (drawn) => {
      const { way, shape, K, portions, column } = planOf(drawn);
      const most = (size: (portion: Portion) => number) => Math.max(...portions.map(size));
      const runs = most(({ runsAtOnce }) => runsAtOnce);
      const partials = runs * rowsPerRun(way) * column;
      const middle = most((portion) => 2 * portion.middle * column);
      if (way.whole) {
        const densities = runs * densityRows(K) * 1024;
        const kept = runs * keptSums(way, shape, K) * 1024;
        expect(densities + kept + partials).toBeLessThanOrEqual(58 * MIB);
        expect(middle).toBeLessThanOrEqual(5 * MIB);
      } else {
        const densities = way.moments ? most(({ capacity }) => capacity) * (4 * K + 8) : 0;
        expect(densities).toBeLessThanOrEqual(33 * MIB);
        expect(partials).toBeLessThanOrEqual(12 * MIB);
        expect(middle).toBeLessThanOrEqual(16 * MIB);
      }
    }),
    { numRuns: 2000 },
  );
});

test('chunks are whole groups of runs and cover their window, each point once', () => {
  fc.assert(
    fc.property(model, (drawn) => {
      for (const { window, chunks, run, runs, runsAtOnce } of planOf(drawn).portions) {
        expect(run % 256).toBe(0);
        let next = 0;
        for (const chunk of chunks) {
          expect(chunk.first).toBe(next);
          expect(chunk.first % (16 * run)).toBe(0);
          expect(Math.ceil(chunk.count / run)).toBeLessThanOrEqual(runsAtOnce);
          next += chunk.count;
        }
        expect(next).toBe(window.count);
        expect(runs).toBe(Math.ceil(window.count / run));
      }
    }),
  );
});

test.each([
  { kind: 'full', D: 8, K: 16, first: 'lean-full' },
  { kind: 'full', D: 8, K: 128, first: 'lean-density-full' },
  { kind: 'full', D: 9, K: 16, first: 'lean-density-full' },
  { kind: 'diag', D: 16, K: 32, first: 'lean-diag' },
  { kind: 'spherical', D: 32, K: 32, first: 'lean-diag' },
  { kind: 'spherical', D: 64, K: 128, first: 'lean-density-diag' },
  { kind: 'full', D: 65, K: 2, first: undefined },
  { kind: 'tied-first', D: 16, K: 32, first: 'lean-diag' },
  { kind: 'tied-first', D: 17, K: 32, first: 'lean-density-diag' },
  { kind: 'tied-first', D: 64, K: 128, first: 'lean-density-diag' },
  { kind: 'tied-first', D: 65, K: 2, first: undefined },
] as const)('$kind, D $D, K $K: $first', ({ kind, D, K, first }) => {
  expect(leanWay(kernelFor({ kind } as unknown as KernelParameters), shapeOf(D), K)?.first).toBe(first);
});
