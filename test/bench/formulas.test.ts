import { expect, test } from 'vitest';
import { bytesPerPoint, flopPerPoint, rates } from '../../bench/formulas.ts';

test('work per point is what the design notes say, with a multiply-add as 2 and an exponential as 8', () => {
  const [D, K] = [16, 32];
  expect(flopPerPoint('k-means', D, K)).toBe(2 * D * K + 2 * K + D);
  expect(flopPerPoint('diag', D, K)).toBe(K * (8 * D + 14));
  expect(flopPerPoint('full', D, K)).toBe(K * (2 * D * D + 9 * D + 12));
  expect(bytesPerPoint(D)).toBe(64);
});

test('a spherical model needs less than a diagonal one, a tied one its transform more', () => {
  const [D, K] = [8, 16];
  expect(flopPerPoint('spherical', D, K)).toBeLessThan(flopPerPoint('diag', D, K));
  expect(flopPerPoint('tied', D, K)).toBe(flopPerPoint('spherical', D, K) + D * (D + 1));
});

test('rates count work and points over the time, and stand against the roofs', () => {
  // 1e6 points × 32 bytes in 2 ms: 16 GB/s.
  const found = rates('full', 1e6, 8, 16, 2, { gflops: 10_000, gbps: 64 });
  expect(found.bytes).toBe(32e6);
  expect(found.gbps).toBeCloseTo(16, 9);
  expect(found.ofCopy).toBeCloseTo(0.25, 9);
  expect(found.gflops).toBeCloseTo((1e6 * 16 * (128 + 72 + 12)) / 2e-3 / 1e9, 6);
  expect(found.ofPeak).toBeCloseTo(found.gflops / 10_000, 9);
  expect(rates('full', 1e6, 8, 16, 2)).not.toHaveProperty('ofPeak');
});
