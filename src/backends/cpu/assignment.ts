import type { Assignment } from '../../em/types.ts';
import type { BindLogDensity } from './mixture-stages.ts';
import { uniformOf } from './random.ts';
import { TILE } from './tile.ts';

/**
 * In place of a log-density stage: the logarithms of responsibilities that `normalize` divides by their sum. Twin of
 * `shaders/assign-responsibilities.wgsl`; runs once per fit.
 * @param assignment of the shard's rows
 */
export function assignedLogDensity(assignment: Assignment): BindLogDensity {
  const first = assignment.kind === 'random' ? (assignment.firstRow ?? 0) : 0;
  const logShare =
    assignment.kind === 'random'
      ? (row: number, k: number) => Math.log(uniformOf(assignment.seed, first + row, k))
      : (row: number, k: number) => (assignment.labels[row] === k ? 0 : -Infinity);
  return ({ nComponents }, { space, values }) =>
    (count, from) => {
      const out = space.numbers(values, nComponents * TILE);
      for (let k = 0; k < nComponents; k++) {
        for (let p = 0; p < count; p++) out[k * TILE + p] = logShare(from + p, k);
      }
    };
}
