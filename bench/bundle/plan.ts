/** The suites in the order of their worth, with the shares of the time that they get. */
export const SUITES = [
  { name: 'quick', weight: 3 },
  { name: 'peers', weight: 4 },
  { name: 'scaling', weight: 2 },
  { name: 'full', weight: 3 },
] as const;

/** Less than this is not worth a start. */
export const LEAST_SECONDS = 10;

/** Seconds for the first of some suites when so many are left for all of them; undefined when it has to be left out. */
export function secondsFor(weights: readonly number[], left: number): number | undefined {
  const share = (left * weights[0]!) / weights.reduce((sum, weight) => sum + weight, 0);
  const seconds = Math.floor(Math.max(share, Math.min(left, LEAST_SECONDS)));
  return seconds >= LEAST_SECONDS ? seconds : undefined;
}
