import { describe, expect, test } from 'vitest';
import type { HostPoints } from '../../src/data/points.ts';
import { drawRows, type RowSample } from '../../src/em/row-sample.ts';
import type { Dataset } from '../../src/em/types.ts';
import { withDataset } from '../../src/estimators/session.ts';
import type { PointSource } from '../../src/index.ts';
import { seededRandom } from '../../src/math/random.ts';
import { watchedStream } from '../streams/sources.ts';
import { cpu } from './data.ts';

/** Row n is (n, −n), so that every row tells its number. */
function numbered(N: number, weightOf?: (n: number) => number): HostPoints {
  const data = Float64Array.from({ length: 2 * N }, (_, i) => (i % 2 === 0 ? i / 2 : -(i - 1) / 2));
  return {
    data,
    nFeatures: 2,
    ...(weightOf && { sampleWeight: Float64Array.from({ length: N }, (_, n) => weightOf(n)) }),
  };
}

async function over<T>(source: PointSource, use: (dataset: Dataset) => Promise<T>, missing?: 'em'): Promise<T> {
  return withDataset(source, 'per-feature', { ...cpu, chunkRows: 300, missing }, use);
}

/** The numbers of the rows, from what they hold. */
function numbersOf({ rows }: RowSample, { frame: { scale, shift } }: Dataset): number[] {
  return Array.from({ length: rows.length / 2 }, (_, m) => Math.round(rows[2 * m]! * scale[0]! + shift[0]!));
}

const draw = async (source: PointSource, count: number, seed = 0, missing?: 'em') =>
  over(
    source,
    async (dataset) => {
      const sample = await drawRows(dataset, count, seededRandom(seed));
      return sample && { numbers: numbersOf(sample, dataset), weights: sample.weights && [...sample.weights] };
    },
    missing,
  );

describe('rows drawn at random', () => {
  test('are different ones, and count once where points have no weights, or weights of 1', async () => {
    const plain = (await draw(numbered(1000), 300))!;
    expect(new Set(plain.numbers).size).toBe(300);
    expect(plain.weights).toBeUndefined();
    expect(
      await draw(
        numbered(1000, () => 1),
        300,
      ),
    ).toEqual(plain);
    expect((await draw(numbered(1000), 300, 1))!.numbers).not.toEqual(plain.numbers);
  });

  test('keep their weights, and are the rows that would be drawn without: a row is no likelier for its weight', async () => {
    const weightOf = (n: number) => 0.5 + (n % 7);
    const { numbers, weights } = (await draw(numbered(1000, weightOf), 300))!;
    expect(numbers).toEqual((await draw(numbered(1000), 300))!.numbers);
    expect(weights).toEqual(numbers.map(weightOf));
  });

  test('are none of weight 0, and each of the others has the same chance', async () => {
    // Of 900 rows every third weighs something.
    const weightOf = (n: number) => (n % 3 === 0 ? 1 + (n % 5) : 0);
    const points = numbered(900, weightOf);
    const times = new Float64Array(900);
    const [count, draws] = [60, 400];
    await over(points, async (dataset) => {
      for (let seed = 0; seed < draws; seed++) {
        const sample = (await drawRows(dataset, count, seededRandom(seed)))!;
        const numbers = numbersOf(sample, dataset);
        expect(new Set(numbers).size).toBe(count);
        expect([...sample.weights!]).toEqual(numbers.map(weightOf));
        for (const n of numbers) times[n]!++;
      }
    });
    const counting = times.filter((_, n) => weightOf(n) > 0);
    expect(times.filter((_, n) => weightOf(n) === 0).every((t) => t === 0)).toBe(true);
    // 300 numbers of mean 80 and variance 64: chi-squared of 299 degrees of freedom, within five standard deviations.
    const expected = (draws * count) / 300;
    const variance = expected * (1 - count / 300);
    const distance = counting.reduce((sum, t) => sum + (t - expected) ** 2 / variance, 0);
    expect(Math.abs(distance - 299)).toBeLessThan(5 * Math.sqrt(2 * 299));
    // Neither do the first or the heavy ones have another.
    const mean = (list: Float64Array) => list.reduce((a, b) => a + b) / list.length;
    expect(mean(counting.subarray(0, 150)) / expected).toBeCloseTo(1, 1);
    expect(mean(counting.filter((_, i) => (3 * i) % 5 === 4)) / expected).toBeCloseTo(1, 1);
  });

  test('are none where not more than twice as many count, whatever the number of rows', async () => {
    const everyTenth = (n: number) => (n % 10 === 0 ? 2 : 0);
    expect(await draw(numbered(1000), 500)).toBeUndefined();
    expect((await draw(numbered(1000), 499))!.numbers).toHaveLength(499);
    expect(await draw(numbered(1000, everyTenth), 50)).toBeUndefined();
    expect((await draw(numbered(1000, everyTenth), 49))!.numbers).toHaveLength(49);
  });

  test('of a stream are those of the same points in memory, even where the first look finds none that counts', async () => {
    const few = (n: number) => (n >= 700 && n < 730 ? 1 + (n % 2) : 0);
    for (const weightOf of [undefined, (n: number) => n % 4, few]) {
      const points = numbered(1000, weightOf);
      for (let seed = 0; seed < 4; seed++) {
        const stream = watchedStream(points);
        expect(await draw(stream, 12, seed)).toEqual(await draw(points, 12, seed));
        expect(stream.open).toBe(0);
      }
    }
  });

  test('of points with gaps are rows of every pattern that counts', async () => {
    const points = numbered(1000, (n) => (n % 4 === 3 ? 0 : 1 + (n % 2)));
    const data = Float64Array.from(points.data, (x, i) => (i % 2 === 1 && (i >> 1) % 4 >= 2 ? Number.NaN : x));
    const { numbers, weights } = (await draw({ ...points, data }, 200, 0, 'em'))!;
    expect(new Set(numbers.map((n) => n % 4))).toEqual(new Set([0, 1, 2]));
    expect(weights).toEqual(numbers.map((n) => 1 + (n % 2)));
    expect(new Set(numbers).size).toBe(200);
  });
});
