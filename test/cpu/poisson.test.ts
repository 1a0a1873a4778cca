import { describe, expect, test } from 'vitest';
import { createCpuBackend } from '../../src/backends/cpu/backend.ts';
import { poissonFamily } from '../../src/families/poisson.ts';
import { expectClose, identityFrame, uniforms } from './samples.ts';

const backend = createCpuBackend();

/** log x!: products of what float64 holds exactly, and what their sum rounds off. */
function logFactorial(x: number): number {
  let sum = 0;
  let lost = 0;
  for (let i = 2; i <= x; ) {
    let product = 1;
    while (i <= x && product * i < 2 ** 53) product *= i++;
    const log = Math.log(product);
    const next = sum + log;
    lost += log - (next - sum);
    sum = next;
  }
  return sum + lost;
}

/** log p as the textbook has it: right to `x log x` roundings. */
function textbook(x: number, rate: number): number {
  return x * Math.log(rate) - rate - logFactorial(x);
}

/** Log-densities of single numbers under a single rate. */
async function logDensities(counts: number[], rate: number): Promise<Float64Array> {
  const data = Float64Array.from(counts);
  const dataset = await backend.load({ data, nFeatures: 1 }, { scaling: 'none' });
  const single = { weights: Float64Array.of(1), rates: Float64Array.of(rate) };
  const densities = await dataset.read('logDensities', poissonFamily().pack(single, dataset.frame));
  dataset.destroy();
  return Float64Array.from(densities);
}

test.each([1e-10, 1e-3, 0.3, 1, 2, 7.5, 16, 100.1, 1023.99, 5000])('log-densities under the rate %f', async (rate) => {
  const counts = [...Array.from({ length: 40 }, (_, i) => i), 63, 64, 100, 127, 128, 500, 1024, 3000, 9999];
  const expected = counts.map((x) => textbook(x, rate));
  const actual = await logDensities(counts, rate);
  counts.forEach((x, i) => {
    // The textbook's three terms cancel.
    const rounding = 3 * Number.EPSILON * (logFactorial(x) + rate + Math.abs(x * Math.log(rate)) + 10);
    expect(Math.abs(actual[i]! - expected[i]!), `${x}`).toBeLessThan(rounding);
  });
});

test('densities at the rate follow Stirling up to the largest count', async () => {
  for (const x of [17, 1000, 65_537, 1e6, 2 ** 24 - 1, 2 ** 24]) {
    const [density] = await logDensities([x], x);
    const stirling = -0.5 * Math.log(2 * Math.PI * x) - 1 / (12 * x) + 1 / (360 * x ** 3) - 1 / (1260 * x ** 5);
    expect(Math.abs(density! / stirling - 1)).toBeLessThan(1 / (1000 * x ** 7) + 4e-16);
  }
});

test('densities sum to 1', async () => {
  for (const rate of [0.01, 1, 30, 400]) {
    const densities = await logDensities(
      Array.from({ length: 800 }, (_, i) => i),
      rate,
    );
    expect(densities.reduce((sum, l) => sum + Math.exp(l), 0)).toBeCloseTo(1, 13);
  }
});

describe.each([1, 2, 3, 5, 17])('%i features', (D) => {
  test.each([1, 2, 7, 33])('%i components against the formulas', async (K) => {
    const next = uniforms(31 * D + K);
    for (const N of [1, 2, 255, 257, 600]) {
      const rates = Float64Array.from({ length: K * D }, () => 40 * next() ** 3);
      const raw = Float64Array.from({ length: K }, () => 0.1 + next());
      if (K > 2) raw[1] = 0;
      const total = raw.reduce((a, b) => a + b, 0);
      const weights = raw.map((w) => w / total);
      const data = Float64Array.from({ length: N * D }, () => Math.floor(60 * next() ** 3));
      const sampleWeight = Float64Array.from({ length: N }, () => 0.5 + next());
      const dataset = await backend.load({ data, nFeatures: D, sampleWeight }, { scaling: 'none' });
      expect(dataset.frame).toEqual(identityFrame(D));
      const packed = poissonFamily().pack({ weights, rates }, dataset.frame);
      const statistics = await dataset.expectation(packed);
      let objective = 0;
      const counts = new Float64Array(K);
      const sums = new Float64Array(K * D);
      for (let n = 0; n < N; n++) {
        const logs = Array.from(weights, (w, k) => {
          let log = Math.log(w);
          for (let d = 0; d < D; d++) log += textbook(data[n * D + d]!, rates[k * D + d]!);
          return log;
        });
        const largest = Math.max(...logs);
        const density = largest + Math.log(logs.reduce((sum, l) => sum + Math.exp(l - largest), 0));
        objective += sampleWeight[n]! * density;
        logs.forEach((l, k) => {
          const r = sampleWeight[n]! * Math.exp(l - density);
          counts[k]! += r;
          for (let d = 0; d < D; d++) sums[k * D + d]! += r * (data[n * D + d]! - packed.means[k * D + d]!);
        });
      }
      expect(Math.abs(statistics.objective / objective - 1)).toBeLessThan(1e-13);
      expectClose(statistics.counts, counts, 1e-11);
      expectClose(statistics.first, sums, 1e-11);
      expect(statistics.centers).toEqual(packed.means);
      dataset.destroy();
    }
  });
});
