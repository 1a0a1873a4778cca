import { expect, test } from 'vitest';
import { compileStages, readStages } from '../../scripts/wasm.mjs';
import { totalSums } from '../../src/backends/cpu/block-sums.ts';
import { TILE } from '../../src/backends/cpu/tile.ts';
import { Workspace } from '../../src/backends/cpu/workspace.ts';
import { uniforms } from './samples.ts';

/** exp of an even number of values, by the stages. */
function exp(values: number[]): Float64Array {
  const space = Workspace.borrow();
  const at = space.place(Float64Array.from(values));
  space.stages.expRow(at, 8 * values.length);
  const result = space.numbers(at, values.length).slice();
  space.giveBack();
  return result;
}

test('the WebAssembly under version control is what stages/ compiles to: else run `npm run wasm`', async () => {
  expect(await compileStages()).toBe(readStages());
});

test('both languages mean the same tile', () => {
  const space = Workspace.borrow();
  expect(space.stages.TILE.value).toBe(TILE);
  space.giveBack();
});

test('exp is right to 4e-16', () => {
  const next = uniforms(1);
  const x = Array.from({ length: 300_000 }, () => -(next() ** 3) * 708);
  const worst = exp(x).reduce((error, e, i) => Math.max(error, Math.abs(e / Math.exp(x[i]!) - 1)), 0);
  expect(worst).toBeLessThan(4e-16);
});

test('exp at its ends', () => {
  expect(Array.from(exp([0, -0, -1e-300, -1e-17]))).toEqual([1, 1, 1, 1]);
  expect(exp([-708, 0])[0]! / Math.exp(-708)).toBeCloseTo(1, 15);
  expect(Array.from(exp([-708.1, -746, -1e6, -1e300, -Infinity, NaN]))).toEqual([0, 0, 0, 0, 0, 0]);
});

test('long sums keep 1e-15 over 10 million terms', () => {
  const space = Workspace.borrow();
  const at = space.reserveSums(2);
  for (let i = 0; i < 1e7; i++) space.stages.addLong(at + 16, 0.1);
  expect(Array.from(totalSums([{ level: 0, index: 0, sums: space.takeSums(at, 2) }]))).toEqual([0, 1e6]);
  space.giveBack();
});

test('a workspace comes back empty', () => {
  const space = Workspace.borrow();
  const at = space.place(Float64Array.of(1, 2, 3));
  space.giveBack();
  const again = Workspace.borrow();
  expect(again).toBe(space);
  expect(again.reserve(3)).toBe(at);
  expect(Array.from(again.numbers(at, 3))).toEqual([0, 0, 0]);
  again.giveBack();
});
