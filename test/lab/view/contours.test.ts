import { KMeansModel, MixtureModel, marginal } from 'emgpu';
import { expect, test } from 'vitest';
import { fitCamera } from '../../../demo/view/camera.ts';
import { type Contour, contoursOf, mixtureInPlane, whyNoContours } from '../../../demo/view/contours.ts';
import { projectionFor, projectSample } from '../../../demo/view/projection.ts';

const D = 4;
const shared = { nComponents: 2, nFeatures: D, weights: [0.7, 0.3], means: [[0, 0, 0, 0], [5, 2, -3, 1]] }; // biome-ignore format: a table

/** Off the diagonal 0.3 of the deviations' product. */
const matrix = (deviations: readonly number[]) =>
  deviations.map((a, i) => deviations.map((b, j) => (i === j ? 1 : 0.3) * a * b));
const model = new MixtureModel({
  ...shared,
  covarianceType: 'full',
  covariances: [matrix([1, 2, 0.5, 1]), matrix([2, 1, 1, 0.3])],
});
const points = { data: model.sample(20_000, 1).data, nFeatures: D };

/** Whether a place lies inside closed rings: a line from it to the left crosses them an odd number of times. */
function inside(u: number, v: number, { rings }: Contour): boolean {
  let odd = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [[ax, ay], [bx, by]] = [ring[i]!, ring[j]!];
      if (ay > v !== by > v && u > ax + ((v - ay) / (by - ay)) * (bx - ax)) odd = !odd;
    }
  }
  return odd;
}

test('contours of principal axes enclose as much of the points as they say', async () => {
  const projection = projectionFor(points, 'principal');
  const sample = projectSample(projection, points, points.data.length);
  const { x, y, width, height } = fitCamera(sample);
  const lines = await contoursOf(model, projection, { x, y, width: 1.5 * width, height: 1.5 * height });
  expect(lines.map(({ enclosed }) => enclosed)).toEqual([0.95, 0.8, 0.6, 0.4, 0.2]);
  for (const line of lines) {
    let count = 0;
    for (let i = 0; i < sample.length; i += 2) if (inside(sample[i]!, sample[i + 1]!, line)) count++;
    expect(Math.abs(count / (sample.length / 2) - line.enclosed)).toBeLessThan(0.03);
  }
});

test.each([
  ['full', model.covariances],
  ['tied', matrix([1, 2, 0.5, 1])],
  [
    'diag',
    [
      [1, 4, 0.25, 1],
      [4, 1, 1, 0.09],
    ],
  ],
  ['tied-diag', [1, 4, 0.25, 1]],
  ['spherical', [2, 0.5]],
  ['tied-spherical', [3]],
] as const)('of two columns the mixture is the marginal one, %s', async (covarianceType, covariances) => {
  const parts = { ...shared, covarianceType, covariances: covariances as never };
  const whole = new MixtureModel(parts);
  const plane = mixtureInPlane(whole, projectionFor(points, [2, 0]));
  const places = { data: Float64Array.of(0, 0, -3, 5, 1, 2, -1, 4), nFeatures: 2 };
  const expected = await marginal(whole, [2, 0]).scoreSamples(places, { backend: 'cpu' });
  const scores = await plane.scoreSamples(places, { backend: 'cpu' });
  expected.forEach((score, i) => {
    expect(scores[i]).toBeCloseTo(score, 9);
  });
});

test('says why there are none', () => {
  const centers = new KMeansModel({ nClusters: 2, nFeatures: D, centers: shared.means });
  const plane = projectionFor(points, [0, 1]);
  expect(whyNoContours(model, plane)).toBeUndefined();
  expect(whyNoContours(centers, plane)).toBe('No density contours: k-means has no density.');
  expect(whyNoContours(model, projectionFor(points, [1, 1]))).toBe('With one column, the curve is the density.');
});
