import { describe, expect, test } from 'vitest';
import { createCpuBackend } from '../../src/backends/cpu/backend.ts';
import { TILE } from '../../src/backends/cpu/tile.ts';
import { Workspace } from '../../src/backends/cpu/workspace.ts';
import { MIN_LOG_WEIGHT } from '../../src/em/log-weight.ts';
import type { KernelParameters } from '../../src/em/types.ts';
import { identityFrame, MIXTURES, randomParameters, randomRows } from './samples.ts';

const backend = createCpuBackend();

function load(rows: ArrayLike<number>, nFeatures: number) {
  const frame = identityFrame(nFeatures);
  return backend.load({ data: Float64Array.from(rows), nFeatures }, { scaling: 'per-feature', frame });
}

function withNormalizers(parameters: KernelParameters, normalizers: number[]): KernelParameters {
  return { ...parameters, logNormalizers: Float64Array.from(normalizers) };
}

describe.each(MIXTURES)('%s', (kind) => {
  test('a component without weight gets nothing, even from points that lie on it', async () => {
    const parameters = withNormalizers(randomParameters(kind, 3, 2, 1), [-1, MIN_LOG_WEIGHT, -1]);
    const dataset = await load([...parameters.means, 1e9, -1e9, 1e200, 1e200], 2);
    const responsibilities = await dataset.read('responsibilities', parameters);
    for (let n = 0; n < 5; n++) {
      expect(responsibilities[3 * n + 1]).toBe(0);
      expect(responsibilities[3 * n]! + responsibilities[3 * n + 2]!).toBeCloseTo(1, 14);
    }
    const { counts, first, objective } = await dataset.expectation(parameters);
    expect(counts[1]).toBe(0);
    expect(first.every(Number.isFinite)).toBe(true);
    expect(Number.isFinite(objective)).toBe(true);
    expect(await dataset.read('labels', parameters)).not.toContain(1);
  });

  test('no component with weight: responsibilities still sum to 1', async () => {
    const parameters = withNormalizers(randomParameters(kind, 3, 2, 1), Array(3).fill(MIN_LOG_WEIGHT));
    const dataset = await load(randomRows(50, 2, 3), 2);
    const { counts } = await dataset.expectation(parameters);
    expect(counts.reduce((a, b) => a + b)).toBeCloseTo(50, 12);
  });
});

describe('k-means', () => {
  const parameters: KernelParameters = {
    kind: 'k-means',
    nComponents: 3,
    nFeatures: 1,
    means: Float64Array.of(0, 2, 0),
    precisionsCholesky: new Float64Array(0),
    logNormalizers: new Float64Array(0),
  };

  test('ties go to the lowest index, empty clusters count 0', async () => {
    const dataset = await load([1, 0, 2, 5], 1);
    expect(await dataset.read('labels', parameters)).toEqual(Uint32Array.of(0, 0, 1, 1));
    const { counts, first, objective } = await dataset.expectation(parameters);
    expect(counts).toEqual(Float64Array.of(2, 2, 0));
    expect(first).toEqual(Float64Array.of(1, 3, 0));
    expect(objective).toBe(-10);
  });
});

test('a distance that overflows to NaN leaves the point to the other components', () => {
  for (const others of [
    [-1, NaN],
    [NaN, -1],
    [-Infinity, NaN, -1],
    [NaN, -1, NaN],
  ]) {
    const space = Workspace.borrow();
    const [K, at] = [others.length, space.reserve(others.length * TILE)];
    others.forEach((l, k) => {
      space.numbers(at, K * TILE)[k * TILE] = l;
    });
    space.stages.normalize(at, 1, K, space.place(new Float64Array(K)), space.reserve(TILE), space.reserve(TILE));
    const values = space.numbers(at, K * TILE);
    expect(others.map((_, k) => values[k * TILE])).toEqual(others.map((l) => (l === -1 ? 1 : 0)));
    space.giveBack();
  }
});

test('labels: equal components go to the lowest index', async () => {
  const one = randomParameters('diag', 1, 2, 4);
  const twice = (values: Float64Array) => Float64Array.of(...values, ...values);
  const parameters: KernelParameters = {
    ...one,
    nComponents: 2,
    means: twice(one.means),
    precisionsCholesky: twice(one.precisionsCholesky),
    logNormalizers: twice(one.logNormalizers),
  };
  const dataset = await load(randomRows(300, 2, 5), 2);
  expect(new Set(await dataset.read('labels', parameters))).toEqual(new Set([0]));
});
