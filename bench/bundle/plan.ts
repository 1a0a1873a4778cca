/** The suites in the order of their worth, each with the part of what is left of the time that it may take. */
export const SUITES = [
  { name: 'quick', part: 0.3 },
  { name: 'peers', part: 0.5 },
  { name: 'scaling', part: 0.5 },
  { name: 'full', part: 1 },
] as const;

/** Less than this is not worth a start. */
export const LEAST_SECONDS = 10;

/** Seconds for a suite when so many are left; undefined when it has to be left out. */
export function secondsFor(part: number, left: number): number | undefined {
  const seconds = Math.floor(left * part);
  if (seconds >= LEAST_SECONDS) return seconds;
  return left >= LEAST_SECONDS ? LEAST_SECONDS : undefined;
}
