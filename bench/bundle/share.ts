import { randomFor } from '../../test/lanes/cases/gpu.ts';
import type { LaneCase } from '../../test/lanes/types.ts';
import type { CasePlan } from './cases.ts';

/** What a process is to run of some cases: of those that are many alike the given share, drawn by the seed. */
export function planOf(cases: readonly LaneCase[], ofAlike: number, seed: number): CasePlan {
  const runs = ({ name, alternates }: LaneCase) =>
    !alternates || ofAlike >= 1 || randomFor(seed, `runs ${name}`).uniform() < ofAlike;
  const names = cases.filter(runs).map(({ name }) => name);
  return { names, leftOut: cases.length - names.length };
}
