import type { MixtureParts } from 'emgpu';

const K = 5;

const directions = Array.from({ length: K }, (_, k) => {
  const angle = (2 * Math.PI * k) / K;
  return [Math.cos(angle), 0.4, Math.sin(angle)];
});

/** Five elongated Gaussians in space, like the petals of a flower: they overlap where they meet. */
export const flower: MixtureParts = {
  ...{ covarianceType: 'full', nComponents: K, nFeatures: 3 },
  weights: Array(K).fill(1 / K),
  means: directions.map((u) => u.map((x) => 1.3 * x)),
  covariances: directions.map((u) => u.map((x, i) => u.map((y, j) => 0.2 * x * y + (i === j ? 0.02 : 0)))),
};
