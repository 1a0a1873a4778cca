import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Place } from '../../bench/place.ts';
import { chooseSize, correctSize } from '../../bench/size.ts';
import { AIM, type Case, casesOf, TELLING_MS } from '../../bench/suites.ts';
import { summarize } from '../../bench/summary.ts';

/** Milliseconds; only what is pretended takes any. */
let now = 0;

beforeEach(() => {
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Where an iteration takes `perPoint` ms for each point, the first ones `compiling` ms more. */
function pretend(perPoint: number, compiling: number, mostBytes = 1e9): Place {
  class Estimator {
    async start({ data, nFeatures }: { data: Float32Array; nFeatures: number }) {
      let iteration = 0;
      return {
        ...{ done: false, destroy: () => {} },
        get iteration() {
          return iteration;
        },
        async advance() {
          now += perPoint * (data.length / nFeatures) + (iteration++ < 3 ? compiling : 0);
        },
      };
    }
  }
  const surroundings = { emgpu: { GaussianMixture: Estimator, KMeans: Estimator }, mostBytes };
  return { backend: 'cpu', surroundings, adapter: {} } as unknown as Place;
}

const one: Case = casesOf('quick')[0]!;

test('a size is chosen by what iterations take once compilers are done', async () => {
  const nSamples = await chooseSize(pretend(1e-3, 40), one);
  expect(nSamples * 1e-3).toBeGreaterThan(0.8 * AIM);
  expect(nSamples * 1e-3).toBeLessThan(1.2 * AIM);
});

test('a row that comes out too short or too long gets another size, one in between keeps its own', async () => {
  const place = pretend(1e-3, 0);
  const before = await chooseSize(place, one);
  const row = (ms: number, nSamples = before) => ({ nSamples, ms: summarize([ms]) });
  expect(correctSize(place, one, row(TELLING_MS.least + 1))).toBe(false);
  expect(await chooseSize(place, one)).toBe(before);
  expect(correctSize(place, one, row(12.5))).toBe(true);
  const larger = await chooseSize(place, one);
  expect(larger / before).toBeCloseTo(20, 0);
  expect(correctSize(place, one, row(5000, larger))).toBe(true);
  expect((await chooseSize(place, one)) / before).toBeCloseTo(1, 0);
});

test('there is no other size where memory ends, where N is given, and in a series of multiples', async () => {
  const short = { ms: summarize([1]) };
  const small = pretend(1e-6, 0, 1e7);
  expect(correctSize(small, one, { nSamples: await chooseSize(small, one), ...short })).toBe(false);
  const latency = casesOf('quick').find((other) => other.latency)!;
  expect(correctSize(small, latency, { nSamples: 1e4, ...short })).toBe(false);
  const series = casesOf('scaling', ['full']).find((other) => other.series === 'N')!;
  const place = pretend(1e-3, 0);
  expect(correctSize(place, series, { nSamples: await chooseSize(place, series), ...short })).toBe(false);
});

test('the shortest of a series in N still tells something', () => {
  const shares = casesOf('scaling').flatMap(({ series, size }) =>
    series === 'N' && 'ms' in size ? [size.ms * size.share] : [],
  );
  expect(Math.min(...shares)).toBeGreaterThan(1.5 * TELLING_MS.least);
});
