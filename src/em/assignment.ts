import { EmgpuError } from '../errors.ts';
import type { Assignment, KernelParameters } from './types.ts';

/** Throws `invalid-option` unless the assignment fits the model and N points. */
export function checkAssignment(
  assignment: Assignment,
  nSamples: number,
  { kind, nComponents }: Pick<KernelParameters, 'kind' | 'nComponents'>,
): void {
  if (kind === 'k-means') {
    throw new EmgpuError('invalid-option', 'k-means starts from centers, not from an assignment.', 'Pass centers.');
  }
  if (assignment.kind === 'random') return;
  const { labels } = assignment;
  if (labels.length !== nSamples) {
    throw new EmgpuError(
      'invalid-option',
      `An assignment needs one label per row (${nSamples}), got ${labels.length}.`,
      'Pass a label for each row.',
    );
  }
  const row = labels.findIndex((label) => label >= nComponents);
  if (row < 0) return;
  throw new EmgpuError(
    'invalid-option',
    `Labels must be whole numbers from 0 to ${nComponents - 1}; that of row ${row} (counted from 0) is ${labels[row]}.`,
    'Number the components from 0, or use more of them.',
  );
}

/** The part of an assignment that concerns rows `from` to `to`, which are counted from 0 in it. */
export function assignmentOfRows(assignment: Assignment, from: number, to: number): Assignment {
  // A copy: a view would take the whole array along to a worker.
  if (assignment.kind === 'labels') return { kind: 'labels', labels: assignment.labels.slice(from, to) };
  return { ...assignment, firstRow: (assignment.firstRow ?? 0) + from };
}
