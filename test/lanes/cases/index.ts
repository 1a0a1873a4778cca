import type { LaneCase } from '../types.ts';
import { behaviour } from './behaviour.ts';
import { compile } from './compile.ts';
import { faults } from './faults.ts';
import { goldenCases } from './golden.ts';
import { loading } from './loading.ts';
import { readouts } from './readouts.ts';
import { smoke } from './smoke.ts';
import { stretches } from './stretches.ts';
import { tuning } from './tuning.ts';
import { twins } from './twins.ts';

/** All GPU cases, in the order in which every lane runs them. Their number per lane stands in `expected.json`. */
export const cases: readonly LaneCase[] = [
  ...smoke,
  ...compile,
  ...goldenCases,
  ...twins,
  ...loading,
  ...readouts,
  ...behaviour,
  ...stretches,
  ...tuning,
  ...faults,
];
