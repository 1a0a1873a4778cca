import { expect } from 'vitest';
import type { HostPoints } from '../../src/data/points.ts';
import { EmgpuError, type ErrorCode } from '../../src/errors.ts';
import faithfulText from '../reference/data/faithful.csv?raw';
import irisText from '../reference/data/iris.csv?raw';

const cells = (text: string) =>
  text
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => row.split(','));

const irisCells = cells(irisText);
const faithfulCells = cells(faithfulText);

function pointsOf(rows: string[][], nFeatures: number): HostPoints {
  return {
    data: Float64Array.from(
      rows.flatMap((row) => row.slice(0, nFeatures)),
      Number,
    ),
    nFeatures,
  };
}

export const iris = pointsOf(irisCells, 4);
export const faithful = pointsOf(faithfulCells, 2);

/** Clusterings by rules so simple that scikit-learn could be given the same. */
export const species = irisCells.map((row) => row[4]!);
export const byPetal = irisCells.map((row) => (Number(row[2]) < 2.5 ? 0 : Number(row[3]) < 1.65 ? 1 : 2));
export const bySepal = irisCells.map((row) => Math.floor(Number(row[0])));
export const byEruption = faithfulCells.map((row) => (Number(row[0]) > 3 ? 1 : 0));
export const byWaiting = faithfulCells.map((row) => Math.floor(Number(row[1]) / 20));

/** The error that `work` throws or rejects with: an {@link EmgpuError} of this code. */
export async function refusal(work: () => unknown, code: ErrorCode): Promise<EmgpuError> {
  const error = await Promise.resolve()
    .then(work)
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(EmgpuError);
  expect((error as EmgpuError).code).toBe(code);
  return error as EmgpuError;
}
