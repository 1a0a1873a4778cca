import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adjustedRandIndex, contingency, normalizedMutualInformation } from '../../src/judging/agreement.ts';
import { byPetal, bySepal, refusal, species } from './data.ts';

/** Two clusterings of the same rows. */
const pairs = fc
  .integer({ min: 1, max: 80 })
  .chain((n) =>
    fc.tuple(
      fc.array(fc.integer({ min: -2, max: 5 }), { minLength: n, maxLength: n }),
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: n, maxLength: n }),
    ),
  );

const indices = { adjustedRandIndex, normalizedMutualInformation };

describe('as scikit-learn 1.9.1', () => {
  test.each([
    ['species and petals', species, byPetal, 0.8856970310281228, 0.8641855068202222],
    ['species and sepals', species, bySepal, 0.22461882148167944, 0.33730474867725635],
    ['petals and sepals', byPetal, bySepal, 0.20769895385445047, 0.3149616053883453],
    ['one cluster each', [0, 0, 0], [1, 1, 1], 1, 1],
    ['each row its own', [0, 1, 2], ['x', 'y', 'z'], 1, 1],
    ['one cluster, each row its own', [0, 0, 0], [1, 2, 3], 0, 0],
    ['no rows', [], [], 1, 1],
    ['independent', [0, 0, 1, 1], [0, 1, 0, 1], -0.5, 0],
  ])('%s', (_, a, b, rand, information) => {
    expect(adjustedRandIndex(a, b)).toBeCloseTo(rand, 14);
    expect(normalizedMutualInformation(a, b)).toBeCloseTo(information, 14);
  });

  test('the table', () => {
    const { labels, counts, cells, nSamples } = contingency(species, Int32Array.from(bySepal));
    expect(nSamples).toBe(150);
    expect(labels).toEqual([
      ['setosa', 'versicolor', 'virginica'],
      [4, 5, 6, 7],
    ]);
    expect(counts.map((sizes) => [...sizes])).toEqual([
      [50, 50, 50],
      [22, 61, 54, 13],
    ]);
    const dense = [0, 1, 2].map((a) =>
      [0, 1, 2, 3].map((b) => cells.find((cell) => cell.a === a && cell.b === b)?.count ?? 0),
    );
    expect(dense).toEqual([
      [20, 30, 0, 0],
      [1, 25, 23, 1],
      [1, 6, 31, 12],
    ]);
  });
});

/** The definition, pair by pair. */
function randByPairs(a: readonly number[], b: readonly number[]): number {
  let [both, inA, inB, total] = [0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      both += a[i] === a[j] && b[i] === b[j] ? 1 : 0;
      inA += a[i] === a[j] ? 1 : 0;
      inB += b[i] === b[j] ? 1 : 0;
      total++;
    }
  }
  const expected = total > 0 ? (inA * inB) / total : 0;
  const most = (inA + inB) / 2;
  return most === expected ? 1 : (both - expected) / (most - expected);
}

test('the adjusted Rand index is what its definition says', () => {
  fc.assert(
    fc.property(pairs, ([a, b]) => {
      expect(adjustedRandIndex(a, b)).toBeCloseTo(randByPairs(a, b), 12);
    }),
  );
});

describe.each(Object.entries(indices))('%s', (name, index) => {
  test('is symmetric and in range', () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const value = index(a, b);
        expect(index(b, a)).toBeCloseTo(value, 12);
        expect(value).toBeLessThanOrEqual(1);
        expect(value).toBeGreaterThanOrEqual(name === 'adjustedRandIndex' ? -0.5 : 0);
      }),
    );
  });

  test('knows nothing of names', () => {
    fc.assert(
      fc.property(pairs, fc.integer({ min: 1, max: 7 }), ([a, b], shift) => {
        const renamed = a.map((label) => `cluster ${((label + 2) * 3 + shift) % 8}`);
        expect(index(renamed, b)).toBeCloseTo(index(a, b), 12);
        expect(index(renamed, a)).toBeCloseTo(1, 12);
      }),
    );
  });

  test('does not depend on the order of the rows', () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        expect(index(a.toReversed(), b.toReversed())).toBeCloseTo(index(a, b), 12);
      }),
    );
  });
});

test('as many labels as rows take no N × N table', () => {
  const labels = Uint32Array.from({ length: 300_000 }, (_, i) => i);
  expect(adjustedRandIndex(labels, labels)).toBe(1);
  expect(normalizedMutualInformation(labels, labels)).toBeCloseTo(1, 10);
});

test('bad labels are refused', async () => {
  expect((await refusal(() => contingency([1, 2, 3], [1, 2]), 'invalid-option')).message).toContain('3');
  expect((await refusal(() => contingency([1, 0.5], [1, 2]), 'invalid-option')).message).toContain('row 1');
  await refusal(() => adjustedRandIndex([Number.NaN], [1]), 'invalid-option');
  for (const bad of [null, undefined, 7, 'aab', {}]) {
    for (const index of [contingency, adjustedRandIndex, normalizedMutualInformation]) {
      const { message } = await refusal(() => index(bad as never, [1, 2, 3]), 'invalid-option');
      expect(message).toMatch(/^The first labels must be a list/);
      await refusal(() => index([1, 2, 3], bad as never), 'invalid-option');
    }
  }
  await refusal(() => contingency([null] as unknown as number[], [1]), 'invalid-option');
});
