import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blendColors, GaussianMixture, KMeans } from '../../src/index.ts';
import { pointsOf, THREE_OVERLAPPING } from './data.ts';

const PRIMARY = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

/** Red, green, blue, alpha of one point. */
function bytesOf(...responsibilities: number[]): number[] {
  return [...new Uint8Array(blendColors(Float64Array.from(responsibilities), PRIMARY).buffer)];
}

test('a sure point has the colour of its component, an unsure one a blend, and its entropy in alpha', () => {
  expect(bytesOf(0, 1, 0)).toEqual([0, 255, 0, 0]);
  expect(bytesOf(1 / 3, 1 / 3, 1 / 3)).toEqual([85, 85, 85, 255]);
  // Half a bit of ln 3: ln 2 / ln 3.
  expect(bytesOf(0.5, 0, 0.5)).toEqual([128, 0, 128, Math.round((255 * Math.log(2)) / Math.log(3))]);
  expect(blendColors(Float64Array.of(1, 1), [[0.2, 0.4, 0.6]])).toEqual(Uint32Array.of(0x996633, 0x996633));
});

test('colours stay between those of the components', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(share, share, (a, b) => {
      const shares = [a * b, a * (1 - b), 1 - a];
      const [red, green, blue, alpha] = bytesOf(...shares);
      // Of primary colours the bytes are the responsibilities; each is rounded.
      for (const [i, byte] of [red!, green!, blue!].entries())
        expect(Math.abs(byte - 255 * shares[i]!)).toBeLessThanOrEqual(0.5 + 1e-9);
      // No more than what two components that share all would have, or three.
      const sharing = shares.filter((share) => share > 0).length;
      expect(alpha! - (255 * Math.log(sharing)) / Math.log(3)).toBeLessThanOrEqual(0.5 + 1e-9);
    }),
  );
});

test('a run and a fit on the CPU colour their points by their responsibilities, k-means by its labels', async () => {
  const points = pointsOf(THREE_OVERLAPPING, 20_000);
  const run = await new GaussianMixture({ nComponents: 3, backend: 'cpu' }).start(points);
  await run.step();
  expect(await run.colors(PRIMARY)).toEqual(blendColors(await run.predictProba(), PRIMARY));
  const fit = await run.finish();
  expect(await fit.colors(PRIMARY)).toEqual(blendColors(await fit.predictProba(), PRIMARY));
  await expect(fit.colors(PRIMARY.slice(1))).rejects.toMatchObject({ code: 'invalid-option' });
  fit.destroy();
  await expect(fit.colors(PRIMARY)).rejects.toMatchObject({ code: 'destroyed' });
  const clusters = await new KMeans({ nClusters: 3, backend: 'cpu' }).fit(points);
  const ofClusters = PRIMARY.map((color) => blendColors(Float64Array.of(1), [color])[0]!);
  expect(await clusters.colors(PRIMARY)).toEqual((await clusters.predict()).map((label) => ofClusters[label]!));
  clusters.destroy();
});

test('names what is wrong with a colour', () => {
  expect(() => blendColors(Float64Array.of(1), [[1, 0]])).toThrow(/component 0 is \[1,0\]/);
  expect(() => blendColors(Float64Array.of(1), [[1, 0, Number.NaN]])).toThrow(/0 to 1/);
});
