import type { LaneCase } from '../types.ts';
import { smoke } from './smoke.ts';

/** All GPU cases, in the order in which every lane runs them. Their number per lane stands in `expected.json`. */
export const cases: readonly LaneCase[] = [...smoke];
