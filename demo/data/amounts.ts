import { MAX_POINTS, MIN_POINTS } from './catalogue.ts';

/** Numbers of points that the slider offers: 100, 200, 300, 500, 1,000 … */
export const AMOUNTS: readonly number[] = Array.from({ length: 8 }, (_, decade) =>
  [1, 2, 3, 5].map((n) => n * 10 ** decade),
)
  .flat()
  .filter((n) => n >= MIN_POINTS && n <= MAX_POINTS);

/** Index of the offered number that is the nearest by its ratio. */
export function nearestAmount(n: number): number {
  const off = (i: number) => Math.abs(Math.log(AMOUNTS[i]! / n));
  return AMOUNTS.reduce((best, _, i) => (off(i) < off(best) ? i : best), 0);
}
