import { adjustedRandIndex, type CovarianceType, GaussianMixture, KMeans } from 'emgpu';
import { describe, expect, it } from 'vitest';
import { GENERATED, MAX_POINTS, SAMPLES } from '../../../demo/data/catalogue.ts';
import { generate } from '../../../demo/data/generate.ts';
import { MIXTURES } from '../../../demo/data/mixtures.ts';
import { columnOf, covarianceOf, meanOf, UNWATCHED } from './tables.ts';

type Id = (typeof GENERATED)[number]['id'];

const make = (id: Id, n: number, seed = 0) => generate({ kind: 'generated', id, n, seed }, UNWATCHED);

describe('catalogue', () => {
  it('describes each source once, in a sentence or two', () => {
    const all = [...SAMPLES, ...GENERATED];
    expect(new Set(all.map(({ id }) => id)).size).toBe(9);
    for (const { title, description } of all) {
      expect(title).not.toBe('');
      expect(description).toMatch(/^[A-Z].*\.$|^k-means/);
      expect(description.length).toBeLessThan(140);
    }
  });
});

describe('generate', () => {
  it.each(GENERATED.map(({ id }) => id))('%s: the same seed gives the same points, another one others', async (id) => {
    const table = await make(id, 70_000, 5);
    expect(table).toMatchObject({ columns: ['x', 'y'], suggested: ['x', 'y'] });
    expect(table.data).toBeInstanceOf(Float64Array);
    expect(table.data).toHaveLength(140_000);
    expect(table.data.every(Number.isFinite)).toBe(true);
    const again = (await make(id, 70_000, 5)).data;
    expect(table.data.every((x, i) => x === again[i])).toBe(true);
    const other = (await make(id, 70_000, 6)).data;
    expect(other.slice(0, 100)).not.toEqual(table.data.slice(0, 100));
    // The second block does not repeat the first.
    expect(table.data.slice(2 * 65536, 2 * 65536 + 100)).not.toEqual(table.data.slice(0, 100));
  });

  it.each(Object.entries(MIXTURES))(
    '%s: mean and covariance are those of the mixture',
    async (id, { weights, means, fullCovariances }) => {
      const n = 80_000;
      const { data } = await make(id as Id, n);
      const columns = [0, 1].map((d) => columnOf({ data, nFeatures: 2 }, d));
      const expected = (value: (k: number) => number) => weights.reduce((sum, w, k) => sum + w * value(k), 0);
      const mean = [0, 1].map((d) => expected((k) => means[k]![d]!));
      const covariance = (d: number, e: number) =>
        expected((k) => fullCovariances[k]![d]![e]! + (means[k]![d]! - mean[d]!) * (means[k]![e]! - mean[e]!));
      const sd = [0, 1].map((d) => Math.sqrt(covariance(d, d)));
      for (const d of [0, 1]) {
        expect(Math.abs(meanOf(columns[d]!) - mean[d]!)).toBeLessThan((5 * sd[d]!) / Math.sqrt(n));
        for (const e of [0, d]) {
          const error = covarianceOf(columns[d]!, columns[e]) - covariance(d, e);
          expect(Math.abs(error)).toBeLessThan((15 * sd[d]! * sd[e]!) / Math.sqrt(n));
        }
      }
    },
  );

  it('rings: half of the points near each of two circles, in all directions', async () => {
    const { data } = await make('rings', 40_000, 3);
    const [x, y] = [columnOf({ data, nFeatures: 2 }, 0), columnOf({ data, nFeatures: 2 }, 1)];
    const radii = x.map((u, i) => Math.hypot(u, y[i]!));
    const inner = radii.filter((r) => r < 3.5);
    const outer = radii.filter((r) => r >= 3.5);
    expect(Math.abs(inner.length - 20_000)).toBeLessThan(500);
    for (const [ring, radius] of [
      [inner, 2],
      [outer, 5],
    ] as const) {
      // biome-ignore format: pairs
      expect(meanOf(ring)).toBeCloseTo(radius, 1.9);
      expect(Math.sqrt(covarianceOf(ring))).toBeCloseTo(0.25, 2);
    }
    const octants = new Array<number>(8).fill(0);
    x.forEach((u, i) => {
      octants[Math.floor(((Math.atan2(y[i]!, u) / Math.PI + 1) * 4) % 8)]!++;
    });
    for (const count of octants) expect(Math.abs(count - 5000)).toBeLessThan(350);
  });

  it('far apart: standard deviations of 1, a hundred thousand between the clouds', async () => {
    const { data } = await make('far-apart', 1000);
    const rounded = Array.from(data, (x) => Math.round(x / 100));
    const clouds = new Set(columnOf({ data: rounded, nFeatures: 2 }, 0).map((x, i) => `${x},${rounded[2 * i + 1]}`));
    expect([...clouds].toSorted()).toEqual(['10000,1000', '10866,-500', '9134,-500']);
  });

  /** Of the labels of a fit with those that the points were drawn by. */
  async function agreement(id: Exclude<Id, 'rings'>, estimator: KMeans | GaussianMixture) {
    const { data, labels } = MIXTURES[id].sample(1500, 0);
    const points = { data, nFeatures: 2 };
    const fit = await estimator.fit(points);
    return adjustedRandIndex(await fit.predict(points), labels);
  }
  const kMeans = (nClusters: number) => new KMeans({ nClusters, nInit: 5, backend: 'cpu' });
  const mixture = (nComponents: number, covarianceType: CovarianceType = 'full') =>
    new GaussianMixture({ nComponents, covarianceType, nInit: 5, backend: 'cpu' });

  it('shows what the catalogue says of it', async () => {
    expect(await agreement('round', kMeans(4))).toBeGreaterThan(0.99);
    expect(await agreement('round', mixture(4))).toBeGreaterThan(0.99);
    expect(await agreement('elongated', kMeans(3))).toBeLessThan(0.1);
    expect(await agreement('elongated', mixture(3))).toBeGreaterThan(0.95);
    expect(await agreement('unequal', kMeans(3))).toBeLessThan(0.5);
    expect(await agreement('unequal', mixture(3, 'spherical'))).toBeGreaterThan(0.9);
    expect(await agreement('far-apart', kMeans(3))).toBe(1);
    expect(await agreement('far-apart', mixture(3))).toBe(1);
    const { data, labels } = MIXTURES.overlapping.sample(1500, 0);
    const best = await MIXTURES.overlapping.predict({ data, nFeatures: 2 }, { backend: 'cpu' });
    expect(best.filter((label, i) => label !== labels[i]).length / 1500).toBeGreaterThan(0.1);
  });

  it('is float32 beyond a million points, and else the mixture’s own sample', async () => {
    const long = await make('round', 1_000_001);
    expect(long.data).toBeInstanceOf(Float32Array);
    const short = await make('unequal', 500, 9);
    expect(short.data).toEqual(MIXTURES.unequal.sample(500, 9).data);
  });

  it('refuses numbers of points that are out of range', async () => {
    for (const n of [99, 100.5, MAX_POINTS + 1, Number.NaN]) {
      await expect(make('round', n)).rejects.toMatchObject({ code: 'invalid-option' });
    }
  });

  it('stops between blocks', async () => {
    const controller = new AbortController();
    const onProgress = (stage: string, fraction: number) => {
      expect(stage).toBe('generate');
      if (fraction > 0.3) controller.abort();
    };
    const choice = { kind: 'generated', id: 'round', n: 400_000, seed: 0 } as const;
    const work = generate(choice, { signal: controller.signal, onProgress });
    await expect(work).rejects.toMatchObject({ code: 'aborted' });
  });
});
