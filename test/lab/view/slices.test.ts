import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Slices } from '../../../demo/view/slices.ts';

/** What the wholes of pictures work, in milliseconds, once 30 pictures of so many points were drawn by a device that takes so long. */
function settled(slices: Slices, total: number, took: (count: number) => number, cost: number): number {
  for (let picture = 0; picture < 30; picture++) {
    for (let first = 0; first < total; ) {
      const count = Math.min(slices.next(), total - first);
      slices.took(took(count), count);
      first += count;
    }
  }
  return cost * Math.max(slices.next(), slices.next());
}

const MOST = 2 ** 20;

describe('slices of a picture', () => {
  test('work some milliseconds each, however long every answer is waited for', () => {
    const devices = fc.record({ perMillion: fc.double({ min: 20, max: 5000, noNaN: true }), wait: fc.nat(100) });
    fc.assert(
      fc.property(devices, ({ perMillion, wait }) => {
        const cost = perMillion / 1e6;
        const work = settled(new Slices(2 ** 12, 2 ** 10, MOST), 1e6, (count) => wait + cost * count, cost);
        expect(work).toBeGreaterThan(3.9);
        expect(work).toBeLessThan(12.1);
      }),
    );
  });

  test('are not misled by answers that come late now and then', () => {
    const cost = 100 / 1e6;
    let n = 0;
    const took = (count: number) => 2 + cost * count + (++n % 3 === 0 ? 40 : 0);
    const work = settled(new Slices(2 ** 12, 2 ** 10, MOST), 1e6, took, cost);
    expect(work).toBeGreaterThan(3.9);
    expect(work).toBeLessThan(12.1);
  });

  test('are all there is on a device that is fast, and never fewer than the least', () => {
    expect(settled(new Slices(2 ** 12, 2 ** 10, MOST), 1e7, () => 1, 1)).toBe(MOST);
    expect(settled(new Slices(2 ** 12, 2 ** 10, MOST), 1e6, (count) => count, 1)).toBe(2 ** 10);
  });
});
