import { beforeAll, describe, expect, test } from 'vitest';
import { GaussianMixture, type MixtureFit, MixtureModel } from '../../src/index.ts';
import { mixtureJSON, pointsOf, refusal, THREE_OVERLAPPING, TWO_GROUPS, TYPES } from './data.ts';

const cpu = { backend: 'cpu' } as const;
const points = pointsOf(TWO_GROUPS, 300);

let fit: MixtureFit;

beforeAll(async () => {
  fit = await new GaussianMixture({ nComponents: 2, ...cpu }).fit(points);
});

describe('sample', () => {
  test('the same seed gives the same points, another seed others', () => {
    const model = MixtureModel.fromJSON(THREE_OVERLAPPING);
    expect(model.sample(50, 7)).toEqual(model.sample(50, 7));
    expect(model.sample(50, 7).data).not.toEqual(model.sample(50, 8).data);
    expect(model.sample(50)).toEqual(model.sample(50, 0));
    // Fewer points are the first of many.
    expect(model.sample(10, 7).data).toEqual(model.sample(50, 7).data.slice(0, 20));
  });

  test.each(TYPES)('%s: moments within sampling error', (covarianceType) => {
    const full = TWO_GROUPS.covariances as number[][][];
    const covariances = {
      full,
      tied: full[0]!,
      diag: full.map((m) => [m[0]![0]!, m[1]![1]!]),
      spherical: [0.5, 3],
      'tied-diag': [0.5, 3],
      'tied-spherical': [2],
    }[covarianceType];
    const { weights, means } = TWO_GROUPS;
    const model = MixtureModel.fromJSON(mixtureJSON({ covarianceType, weights, means, covariances }));
    const n = 40_000;
    const { data, labels } = model.sample(n, 3);
    expect([data.length, labels.length]).toEqual([2 * n, n]);
    for (let k = 0; k < 2; k++) {
      const rows = Array.from({ length: n }, (_, i) => i).filter((i) => labels[i] === k);
      // Bounds of 5 standard errors.
      const share = weights[k]!;
      expect(Math.abs(rows.length / n - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / n));
      const moment = (f: (x: number, y: number) => number) =>
        rows.reduce((sum, i) => sum + f(data[2 * i]! - means[k]![0]!, data[2 * i + 1]! - means[k]![1]!), 0) /
        rows.length;
      const [xx, xy, yy] = {
        full: [full[k]![0]![0]!, full[k]![0]![1]!, full[k]![1]![1]!],
        tied: [full[0]![0]![0]!, full[0]![0]![1]!, full[0]![1]![1]!],
        diag: [full[k]![0]![0]!, 0, full[k]![1]![1]!],
        spherical: [[0.5, 3][k]!, 0, [0.5, 3][k]!],
        'tied-diag': [0.5, 0, 3],
        'tied-spherical': [2, 0, 2],
      }[covarianceType] as [number, number, number];
      const error = (variance: number) => 5 * Math.sqrt(variance / rows.length);
      expect(Math.abs(moment((x) => x))).toBeLessThan(error(xx));
      expect(Math.abs(moment((_, y) => y))).toBeLessThan(error(yy));
      expect(Math.abs(moment((x) => x * x) - xx)).toBeLessThan(error(2 * xx * xx));
      expect(Math.abs(moment((_, y) => y * y) - yy)).toBeLessThan(error(2 * yy * yy));
      expect(Math.abs(moment((x, y) => x * y) - xy)).toBeLessThan(error(xx * yy + xy * xy));
    }
  });

  test('a component without weight gives no points', () => {
    const model = MixtureModel.fromJSON(
      mixtureJSON({ covarianceType: 'spherical', weights: [0, 1, 0], means: [[0], [1], [2]], covariances: [1, 1, 1] }),
    );
    expect(new Set(model.sample(200).labels)).toEqual(new Set([1]));
  });

  test('more than there is room for: out of memory, and what to do', async () => {
    const { remedy } = await refusal(() => fit.sample(1e12), 'out-of-memory');
    expect(remedy).toContain('Draw fewer');
  });

  test.each([[0], [-1], [1.5], [Number.NaN], [5, -1], [5, 0.5]])('refused: sample(%s, %s)', async (n, seed = 0) => {
    await refusal(() => fit.sample(n!, seed), 'invalid-option');
  });
});
