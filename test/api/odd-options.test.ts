import { describe, expect, test } from 'vitest';
import {
  type CallOptions,
  GaussianMixture,
  type GaussianMixtureOptions,
  PoissonMixture,
  type PoissonMixtureOptions,
} from '../../src/index.ts';
import { pointsOf, refusal, TWO_GROUPS } from './data.ts';

const cpu = { backend: 'cpu' } as const;
const points = pointsOf(TWO_GROUPS, 40);

/** What somebody without types may pass. */
const anything = [undefined, null, 3, 'options', () => {}];

describe('what is no options', () => {
  test.each(anything)('is refused by estimators: %s', async (options) => {
    await refusal(() => new GaussianMixture(options as unknown as GaussianMixtureOptions), 'invalid-option');
    await refusal(() => new PoissonMixture(options as unknown as PoissonMixtureOptions), 'invalid-option');
  });

  test.each(anything.slice(1))('is refused by calls: %s', async (call) => {
    const mixture = () => new GaussianMixture({ nComponents: 2, ...cpu });
    for (const use of ['fit', 'start', 'partialFit'] as const) {
      await refusal(() => mixture()[use](points, call as unknown as CallOptions), 'invalid-option');
    }
  });
});

describe('options of another kind', () => {
  test.each([
    { freeze: 5 },
    { freeze: 'means' },
    { noise: 'x' },
    { noise: 0.1 },
    { prior: 'yes' },
    { warmUp: 'x' },
    { warmUp: -1 },
  ])('are refused when the estimator is made: %o', async (options) => {
    const given = { nComponents: 2, ...options } as unknown as GaussianMixtureOptions;
    const { message } = await refusal(() => new GaussianMixture(given), 'invalid-option');
    expect(message).toContain(Object.keys(options)[0]);
  });

  test.each([{ mean: 'ab' }, { mean: [1] }, { scale: 3 }, { scale: [1, 0, 0, 1] }, { scale: [[1, 0], [1]] }])(
    'of a prior are refused before work starts: %o',
    async (prior) => {
      const given = { nComponents: 2, prior, ...cpu } as unknown as GaussianMixtureOptions;
      const stages: string[] = [];
      const call = { onProgress: ({ stage }: { stage: string }) => stages.push(stage) };
      const { message } = await refusal(() => new GaussianMixture(given).fit(points, call), 'invalid-option');
      expect(message).toContain('prior');
      expect(stages).toEqual([]);
    },
  );

  test.each([{ onProgress: 'x' }, { signal: 'stop' }])('of a call are refused before work starts: %o', async (call) => {
    const mixture = new GaussianMixture({ nComponents: 2, ...cpu });
    await refusal(() => mixture.fit(points, call as unknown as CallOptions), 'invalid-option');
  });
});
