import { pointsOf, TWO_GROUPS } from '../api/data.ts';

/** What walks go over. */
export const points = pointsOf(TWO_GROUPS, 1000);
export const frame = { shift: new Float64Array(2), scale: new Float64Array(2).fill(1) };

/** Lets everything happen that can happen without further events. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
