import { expect, test } from 'vitest';
import { LARGE, radiusFor } from '../../../demo/view/camera.ts';
import { crowdNote, crowdOf, radiusIn } from '../../../demo/view/crowd.ts';
import { seededRandom } from '../../../src/math/random.ts';

const PLOT = { left: 60, top: 8, width: 640, height: 480 };

/** Points spread evenly over two squares of this size, a hundred apart. */
function twoSquares(count: number, size: number): Float64Array {
  const random = seededRandom(1);
  return Float64Array.from({ length: 2 * count }, (_, i) => size * random.uniform() + (i % 4 < 2 ? 0 : 100));
}

const seen = (sample: Float64Array, width: number) => crowdOf(sample, { x: 50, y: 50, width, height: width }, PLOT);

test('clouds smaller than a pixel are dots around the crosses, and told of', () => {
  const crowd = seen(twoSquares(20_000, 0.01), 120);
  expect(crowd.pixels).toBe(2);
  expect(radiusIn(crowd, 20_000)).toBe(6);
  expect(radiusIn(crowd, 100_000)).toBeGreaterThan(LARGE);
  expect(crowdNote(crowd, 20_000)).toBe('All points in sight fall on 2 pixels. Zoom in to tell them apart.');
});

test('many points that fall on many pixels are as small as their number asks', () => {
  const crowd = seen(twoSquares(20_000, 50), 160);
  for (const n of [20_000, 60_000, 1_000_000]) expect(radiusIn(crowd, n)).toBe(radiusFor(n * crowd.share));
  expect(crowdNote(crowd, 20_000)).toBeUndefined();
});

test('a few points some of which share a pixel are not larger than others', () => {
  const crowd = seen(twoSquares(150, 1), 120);
  expect(crowd.pixels).toBeLessThan(100);
  expect(radiusIn(crowd, 150)).toBe(LARGE);
  expect(crowdNote(crowd, 150)).toBeUndefined();
});

test('of points that are the same zooming in tells none apart', () => {
  const crowd = seen(twoSquares(20_000, 0), 120);
  expect(crowd.pixels).toBe(2);
  expect(radiusIn(crowd, 20_000)).toBe(6);
  expect(crowdNote(crowd, 20_000)).toBeUndefined();
});

test('dots shrink without a jump as one zooms in', () => {
  const sample = twoSquares(20_000, 1);
  // Of one square.
  const cameras = Array.from({ length: 200 }, (_, i) => ({
    x: 0.5,
    y: 0.5,
    width: 90 * 0.96 ** i,
    height: 70 * 0.96 ** i,
  }));
  const radii = cameras.map((camera) => radiusIn(crowdOf(sample, camera, PLOT), 20_000));
  for (let i = 1; i < radii.length; i++) expect(Math.abs(radii[i]! - radii[i - 1]!)).toBeLessThan(0.6);
});
