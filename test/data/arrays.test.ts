import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { GaussianMixture } from '../../src/index.ts';

test.each(['Float32Array', 'Float64Array'] as const)('a %s of another realm is one like any other', async (type) => {
  const Own = globalThis[type];
  const Foreign = runInNewContext(type) as typeof Own;
  const numbers = [1, 2, 1.5, 2.5, 8, 9, 8.5, 9.5];
  const weights = [1, 2, 1, 1, 3, 1, 1, 1];
  const fitOf = async (Kind: typeof Own) => {
    const points = { data: new Kind(numbers), nFeatures: 1, sampleWeight: new Kind(weights) };
    const fit = await new GaussianMixture({ nComponents: 2, backend: 'cpu' }).fit(points);
    const { means, logLikelihood } = fit;
    fit.destroy();
    return { means, logLikelihood };
  };
  expect(new Foreign(1)).not.toBeInstanceOf(Own);
  expect(await fitOf(Foreign)).toEqual(await fitOf(Own));
});

test('an array of another type is refused, whatever it calls itself', async () => {
  const mixture = new GaussianMixture({ nComponents: 2, backend: 'cpu' });
  for (const data of [
    [1, 2],
    Int32Array.of(1, 2),
    { [Symbol.toStringTag]: 'Float64Array', length: 2 },
    new DataView(new ArrayBuffer(8)),
  ]) {
    await expect(mixture.fit({ data: data as Float64Array, nFeatures: 1 })).rejects.toMatchObject({
      code: 'invalid-points',
    });
  }
});
