import type { Assignment, KernelParameters } from '../../em/types.ts';
import { EmgpuError } from '../../errors.ts';
import type { BindLogDensity } from './mixture-stages.ts';
import { uniformOf } from './random.ts';
import { TILE } from './tile.ts';

/** @throws `invalid-option` unless the assignment fits the model and the points */
export function checkAssignment(assignment: Assignment, { kind, nComponents }: KernelParameters, n: number): void {
  if (kind === 'k-means') {
    throw new EmgpuError('invalid-option', 'k-means starts from centers, not from an assignment.', 'Pass centers.');
  }
  if (assignment.kind !== 'labels') return;
  const { labels } = assignment;
  if (labels.length !== n) {
    throw new EmgpuError(
      'invalid-option',
      `An assignment needs one label per row (${n}), got ${labels.length}.`,
      'Pass a label for each row.',
    );
  }
  const row = labels.findIndex((label) => label >= nComponents);
  if (row >= 0) {
    throw new EmgpuError(
      'invalid-option',
      `Labels must be whole numbers from 0 to ${nComponents - 1}; that of row ${row} (counted from 0) is ${labels[row]}.`,
      'Number the components from 0, or use more of them.',
    );
  }
}

/** What concerns rows `from` to `to`. */
export function partOfAssignment(assignment: Assignment, from: number, to: number): Assignment {
  // A copy: a view would take the whole array along to a worker.
  return assignment.kind === 'labels' ? { kind: 'labels', labels: assignment.labels.slice(from, to) } : assignment;
}

/**
 * In place of a log-density stage: the logarithms of responsibilities that `normalize` divides by their sum. Twin of
 * `shaders/assign-responsibilities.wgsl`; runs once per fit.
 * @param assignment the part that concerns the shard
 * @param start number of the shard's first row in the dataset
 */
export function assignedLogDensity(assignment: Assignment, start: number): BindLogDensity {
  const first = assignment.kind === 'random' ? (assignment.firstRow ?? 0) + start : 0;
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
