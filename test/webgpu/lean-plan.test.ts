import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kernelFor } from '../../src/backends/webgpu/kernels.ts';
import {
  densityRows,
  type LeanPortion,
  layPortions,
  leanWay,
  likelihoodsOf,
  rowsPerRun,
} from '../../src/backends/webgpu/lean-plan.ts';
import { shapeOf } from '../../src/backends/webgpu/shape.ts';
import { bytesPerPoint, type Window } from '../../src/backends/webgpu/windows.ts';
import type { KernelParameters } from '../../src/em/types.ts';

const MIB = 2 ** 20;
/** Bytes of points per window. */
const WINDOW = 256 * MIB;

const model = fc.record({
  kind: fc.constantFrom('full', 'tied-first', 'diag', 'spherical', 'k-means'),
  D: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 128 })),
  K: fc.integer({ min: 1, max: 1024 }),
  /** Full windows before one that may be smaller. */
  full: fc.constantFrom(1, 2, 40),
  share: fc.double({ min: 1e-3, max: 1, noNaN: true }),
  budget: fc.double({ min: 1e6, max: 1e15, noNaN: true }),
});

/** A plan for full windows and one that may be smaller, of a model that suits lean passes. */
function planOf({ kind, D, K, full: nFull, share, budget }: typeof model extends fc.Arbitrary<infer T> ? T : never) {
  const kernel = kernelFor({ kind } as KernelParameters);
  const shape = shapeOf(D);
  const way = leanWay(kernel, shape, K);
  fc.pre(way !== undefined);
  const full = WINDOW / bytesPerPoint(shape);
  const counts = [...Array<number>(nFull).fill(Math.floor(full)), Math.ceil(share * full)];
  const windows = counts.map((count) => ({ count }) as Window);
  const portions = layPortions(way!, kernel, shape, K, windows, budget);
  const { tiles, sums } = kernel.layout(shape);
  return { way: way!, shape, K, portions, column: K * tiles * sums * 16 };
}

test('whatever N, K and D, a lean pass has at most 64 MiB of scratch memory', () => {
  fc.assert(
    fc.property(model, (drawn) => {
      const { way, K, portions, column } = planOf(drawn);
      const most = (size: (portion: LeanPortion) => number) => Math.max(...portions.map(size));
      const runs = most(({ runsAtOnce }) => runsAtOnce);
      const partials = runs * rowsPerRun(way) * column;
      const middle = most((portion) => 2 * portion.middle * column);
      if (way.whole) {
        const densities = runs * densityRows(K) * 1024;
        const norms = runs * 2048;
        expect(densities + norms + partials).toBeLessThanOrEqual(58 * MIB);
        expect(middle).toBeLessThanOrEqual(5 * MIB);
      } else {
        const densities = way.moments ? most(({ capacity }) => capacity) * (4 * K + 8) : 0;
        expect(densities).toBeLessThanOrEqual(33 * MIB);
        expect(partials).toBeLessThanOrEqual(12 * MIB);
        expect(middle).toBeLessThanOrEqual(15 * MIB);
      }
      // Totals and joined log-likelihoods are twice there: to be read back. Those of a window are 64 points each, before they are joined.
      const totals = most(({ totalsAt, groups }) => totalsAt + 2 * groups * column);
      const joined = most(({ likelihoodsAt, window }) => likelihoodsAt + likelihoodsOf(window) * 12);
      const likelihoods = most((portion) => portion.likelihoods) * 12;
      const rest = 2 * (totals + joined) + likelihoods;
      expect(rest).toBeLessThanOrEqual((way.whole ? 1 : 4) * MIB);
    }),
    { numRuns: 500 },
  );
});

test('chunks are whole groups of runs and cover their window, each point once', () => {
  fc.assert(
    fc.property(model, (drawn) => {
      for (const { window, chunks, run, runs, runsAtOnce } of planOf({ ...drawn, full: 1 }).portions) {
        expect(run % 256).toBe(0);
        let next = 0;
        for (const chunk of chunks) {
          expect(chunk.first).toBe(next);
          expect(chunk.first % (16 * run)).toBe(0);
          expect(Math.ceil(chunk.count / run)).toBeLessThanOrEqual(runsAtOnce);
          expect(runsAtOnce).toBeLessThanOrEqual(65_535);
          next += chunk.count;
        }
        expect(next).toBe(window.count);
        expect(runs).toBe(Math.ceil(window.count / run));
      }
    }),
  );
});

test('a full window of one feature is more runs of k-means than one dispatch may have workgroups', () => {
  const kernel = kernelFor({ kind: 'k-means' } as KernelParameters);
  const shape = shapeOf(1);
  const window = { count: WINDOW / bytesPerPoint(shape) } as Window;
  const [portion] = layPortions(leanWay(kernel, shape, 2)!, kernel, shape, 2, [window], 1e15);
  expect(portion!.runs).toBeGreaterThan(65_535);
  expect(portion!.runsAtOnce).toBeLessThanOrEqual(65_535);
});

test('results lie one after the other in their batch, and batches are read back in the order of the windows', () => {
  fc.assert(
    fc.property(model, (drawn) => {
      const { portions, column } = planOf(drawn);
      let before: LeanPortion | undefined;
      for (const portion of portions) {
        const isNext = before?.batch === portion.batch;
        expect(portion.batch).toBe(isNext ? before!.batch : (before?.batch ?? -1) + 1);
        expect(portion.totalsAt).toBe(isNext ? before!.totalsAt + 2 * before!.groups * column : 0);
        expect(portion.likelihoodsAt).toBe(isNext ? before!.likelihoodsAt + likelihoodsOf(before!.window) * 12 : 0);
        before = portion;
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
