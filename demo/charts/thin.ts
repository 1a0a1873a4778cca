/** A value of the course of a run. */
export interface CoursePoint {
  readonly iteration: number;
  readonly value: number;
}

/** No more points than that make a line of a few hundred pixels look different. */
const MOST_POINTS = 240;

/** The course of a run in at most {@link MOST_POINTS} points: the first, the last, and evenly between. */
export function thin(history: readonly number[]): CoursePoint[] {
  const last = history.length - 1;
  const n = Math.min(history.length, MOST_POINTS);
  return Array.from({ length: n }, (_, i) => {
    const iteration = n === 1 ? 0 : Math.round((i * last) / (n - 1));
    return { iteration, value: history[iteration]! };
  });
}

/** The first iterations change so much that the rest would look flat: this share of all is left off the axis. */
const RUSH = 0.03;

/** The part of the axis that shows the courses from where they have slowed down; undefined where there is nothing to show. */
export function axisFor(courses: readonly (readonly number[])[]): [number, number] | undefined {
  const seen = courses.flatMap((values) => thin(values.slice(Math.floor(RUSH * (values.length - 1)))));
  const values = seen.map(({ value }) => value).filter(Number.isFinite);
  if (values.length === 0) return undefined;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low) * 0.04 || Math.abs(high) * 1e-6 || 1;
  return [low - room, high + room];
}
