import { describe, expect, test } from 'vitest';
import { createCpuBackend } from '../../src/backends/cpu/backend.ts';
import type { Dataset } from '../../src/em/types.ts';
import { naive } from './naive.ts';
import { expectClose, identityFrame, KINDS, randomParameters, randomRows } from './samples.ts';

const backend = createCpuBackend();

function load(rows: Float64Array, nFeatures: number): Promise<Dataset> {
  return backend.load({ data: rows, nFeatures }, { scaling: 'per-feature', frame: identityFrame(nFeatures) });
}

describe.each(KINDS)('%s against the formulas', (kind) => {
  describe.each([1, 2, 3, 5, 8, 17, 64])('%i features', (nFeatures) => {
    test.each([1, 2, 7, 33])('%i components', async (nComponents) => {
      for (const nSamples of [1, 2, 255, 257, 1000]) {
        const rows = randomRows(nSamples, nFeatures, nSamples);
        const parameters = randomParameters(kind, nComponents, nFeatures, nComponents);
        const expected = naive(rows, parameters);
        const dataset = await load(rows, nFeatures);
        const statistics = await dataset.expectation(parameters);
        expect(statistics).toMatchObject({ kind, nComponents, nFeatures, nSamples, centers: parameters.means });
        expect(Math.abs(statistics.objective / expected.objective - 1)).toBeLessThan(1e-13);
        expectClose(statistics.counts, expected.counts);
        expectClose(statistics.first, expected.first);
        expectClose(statistics.second, expected.second);
        expect(Array.from(await dataset.read('labels', parameters))).toEqual(expected.labels);
        expectClose(await dataset.read('responsibilities', parameters), expected.responsibilities);
        expectClose(await dataset.read('logDensities', parameters), expected.logDensities);
        dataset.destroy();
      }
    });
  });

  test('statistics of parts add up to those of the whole', async () => {
    const rows = randomRows(1000, 3, 5);
    const parameters = randomParameters(kind, 4, 3, 6);
    const [whole, head, tail] = await Promise.all(
      [rows, rows.slice(0, 3 * 300), rows.slice(3 * 300)].map(async (part) =>
        (await load(part, 3)).expectation(parameters),
      ),
    );
    const sum = (a: Float64Array, b: Float64Array) => a.map((v, i) => v + b[i]!);
    expectClose([head!.objective + tail!.objective], [whole!.objective], 1e-14);
    expectClose(sum(head!.counts, tail!.counts), whole!.counts, 1e-14);
    expectClose(sum(head!.first, tail!.first), whole!.first, 1e-14);
    expectClose(sum(head!.second, tail!.second), whole!.second, 1e-14);
  });

  test('an offset that the frame takes out costs nothing', async () => {
    // Multiples of 2^-20 in ±8 about 2^20: exact in float64, as is taking the offset out again.
    const rows = randomRows(700, 3, 7).map((x) => Math.round(x * 2 ** 20) / 2 ** 20);
    const parameters = randomParameters(kind, 4, 3, 8);
    const plain = await (await load(rows, 3)).expectation(parameters);
    const frame = { shift: new Float64Array(3).fill(2 ** 20), scale: new Float64Array(3).fill(1) };
    const data = rows.map((x) => x + 2 ** 20);
    const shifted = await backend.load({ data, nFeatures: 3 }, { scaling: 'per-feature', frame });
    expect(await shifted.expectation(parameters)).toEqual(plain);
  });
});

test('components a millionth of the spread wide', async () => {
  const nFeatures = 5;
  const wide = randomRows(6, nFeatures, 1);
  const noise = randomRows(600, nFeatures, 2);
  const rows = noise.map((x, at) => wide[at % wide.length]! + 1e-6 * x);
  for (const kind of KINDS) {
    const parameters = {
      ...randomParameters(kind, 6, nFeatures, 3),
      means: wide,
      precisionsCholesky: randomParameters(kind, 6, nFeatures, 3).precisionsCholesky.map((u) => u * 1e6),
    };
    const expected = naive(rows, parameters);
    const statistics = await (await load(rows, nFeatures)).expectation(parameters);
    // x − c loses 1e-16 / 1e-6 of itself; tied rotates x and c before it subtracts them, which rounds once more.
    expect(Math.abs(statistics.objective / expected.objective - 1)).toBeLessThan(kind === 'tied' ? 1e-9 : 1e-12);
    expectClose(statistics.counts, expected.counts);
    expectClose(
      statistics.first.map((v) => v * 1e6),
      expected.first.map((v) => v * 1e6),
    );
    expectClose(
      statistics.second.map((v) => v * 1e12),
      expected.second.map((v) => v * 1e12),
    );
  }
});
