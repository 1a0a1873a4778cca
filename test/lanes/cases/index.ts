import type { LaneCase } from '../types.ts';
import { ahead } from './ahead.ts';
import { assignments } from './assignments.ts';
import { behaviour } from './behaviour.ts';
import { colors } from './colors.ts';
import { compile } from './compile.ts';
import { faults } from './faults.ts';
import { goldenCases } from './golden.ts';
import { grid } from './grid.ts';
import { information } from './information.ts';
import { lean } from './lean.ts';
import { leanStretches } from './lean-stretches.ts';
import { loading } from './loading.ts';
import { missing } from './missing.ts';
import { nearTies } from './near-ties.ts';
import { poisson } from './poisson.ts';
import { readouts } from './readouts.ts';
import { seeding } from './seeding.ts';
import { shapes } from './shapes.ts';
import { sideBySide } from './side-by-side.ts';
import { smoke } from './smoke.ts';
import { stopping } from './stopping.ts';
import { streams } from './streams.ts';
import { stretches } from './stretches.ts';
import { tuning } from './tuning.ts';
import { twins } from './twins.ts';
import { weights } from './weights.ts';
import { windows } from './windows.ts';

/** Cases that differ in little but their sizes. */
const alike = (list: readonly LaneCase[]): LaneCase[] => list.map((one) => ({ ...one, alternates: true }));

/** All GPU cases, in the order in which every lane runs them. Their number per lane stands in `expected.json`. */
export const cases: readonly LaneCase[] = [
  ...smoke,
  ...compile,
  ...alike(goldenCases),
  ...alike(twins),
  ...shapes,
  ...alike(weights),
  ...missing,
  ...information,
  ...windows,
  ...alike(lean),
  ...alike(poisson),
  ...alike(seeding),
  ...alike(streams),
  ...assignments,
  ...loading,
  ...ahead,
  ...alike(readouts),
  ...alike(nearTies),
  ...colors,
  ...grid,
  ...behaviour,
  ...alike(stopping),
  ...stretches,
  ...alike(leanStretches),
  ...sideBySide,
  ...tuning,
  ...faults,
];
