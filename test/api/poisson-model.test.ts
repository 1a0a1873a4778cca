import { describe, expect, test } from 'vitest';
import { GaussianMixture, modelFromJSON, PoissonMixture, PoissonModel } from '../../src/index.ts';
import { refusal } from './data.ts';
import { countsOf, mixtureJSON, THREE } from './poisson-data.ts';

const cpu = { backend: 'cpu' } as const;
const counts = countsOf(THREE, 1500);

describe('model files', () => {
  test('there and back', () => {
    const model = new PoissonModel({ ...THREE, featureNames: ['a', 'b'] });
    const text = JSON.stringify(model);
    expect(modelFromJSON(JSON.parse(text))).toEqual(model);
    expect(modelFromJSON(JSON.parse(text))).toBeInstanceOf(PoissonModel);
  });

  test('what is wrong is named', async () => {
    for (const [spoilt, word] of [
      [{ ...THREE, weights: [0.5, 0.6, 0.1] }, 'sum to 1'],
      [{ ...THREE, rates: [[1, 2], [3], [4, 5]] }, 'rates[1]'],
      [
        {
          ...THREE,
          rates: [
            [1, 2],
            [3, -1],
            [4, 5],
          ],
        },
        'from 0 on',
      ],
      [{ ...THREE, model: 'poisson' }, 'model must be one of'],
    ] as const) {
      expect((await refusal(() => modelFromJSON(spoilt), 'invalid-model')).message).toContain(word);
    }
    const other = await refusal(
      () => new GaussianMixture({ nComponents: 3, init: THREE as never, ...cpu }).fit(counts),
      'invalid-model',
    );
    expect(other.message).toContain('poisson-mixture');
    const fewer = mixtureJSON([1], [[1, 2]]);
    await refusal(() => new PoissonMixture({ nComponents: 2, init: fewer, ...cpu }).fit(counts), 'model-mismatch');
  });

  test('options out of range are refused', async () => {
    for (const wrong of [{ init: 'best' }, { missing: 'em' }, { accelerate: 'maybe' }, { tol: -1 }]) {
      await refusal(() => new PoissonMixture({ nComponents: 2, ...(wrong as object) }), 'invalid-option');
    }
  });
});

test('samples have the moments of the model, and the same seed gives the same', () => {
  const model = new PoissonModel(THREE);
  const { data, labels } = model.sample(20_000, 4);
  expect(model.sample(20_000, 4)).toEqual({ data, labels });
  expect(data.every((x) => Number.isInteger(x) && x >= 0)).toBe(true);
  for (let k = 0; k < 3; k++) {
    const own = data.filter((_, i) => labels[i >> 1] === k);
    expect(own.length / 40_000).toBeCloseTo(THREE.weights[k]!, 1);
    for (let d = 0; d < 2; d++) {
      const rate = THREE.rates[k]![d]!;
      const column = own.filter((_, i) => i % 2 === d);
      const mean = column.reduce((a, b) => a + b, 0) / column.length;
      const variance = column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / column.length;
      // Five standard errors.
      expect(Math.abs(mean - rate)).toBeLessThan(5 * Math.sqrt(rate / column.length));
      expect(Math.abs(variance / rate - 1)).toBeLessThan(5 * Math.sqrt((2 + 1 / rate) / column.length));
    }
  }
});
