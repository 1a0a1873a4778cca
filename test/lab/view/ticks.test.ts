import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ticksOf } from '../../../demo/view/ticks.ts';

const textsOf = (low: number, high: number, count: number) => ticksOf(low, high, count).marks.map(({ text }) => text);

/** The number that a mark says, with the base of its axis. */
function said(text: string, base: string): number {
  return Number(text.replaceAll('−', '-').replaceAll(',', '')) + Number(base.replaceAll(',', ''));
}

test('numbers too long for a mark all have the same power of ten', () => {
  expect(textsOf(9.1e5, 1.1e6, 4)).toEqual(['0.95e6', '1.00e6', '1.05e6', '1.10e6']);
  expect(textsOf(-1.5e9, 1.5e9, 3)).toEqual(['−1e9', '0', '1e9']);
  expect(textsOf(0, 3e-7, 3)).toEqual(['0', '1e−7', '2e−7', '3e−7']);
  expect(textsOf(-1.39e-11, -1.01e-11, 2)).toEqual(['−1.2e−11']);
  expect(textsOf(0, 80_000, 4)).toEqual(['0', '20,000', '40,000', '60,000', '80,000']);
});

test('marks say the numbers at which they stand', () => {
  const places = fc.record({
    low: fc.double({ min: -1, max: 1, noNaN: true }),
    extent: fc.double({ min: 1e-3, max: 2, noNaN: true }),
    order: fc.integer({ min: -12, max: 12 }),
    count: fc.integer({ min: 2, max: 10 }),
  });
  fc.assert(
    fc.property(places, ({ low, extent, order, count }) => {
      const [from, to] = [low * 10 ** order, (low + extent) * 10 ** order];
      const { marks, base } = ticksOf(from, to, count);
      for (const { value, text } of marks) expect(Math.abs(said(text, base) - value)).toBeLessThan(1e-6 * (to - from));
    }),
  );
});
