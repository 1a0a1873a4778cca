import { expect, test } from 'vitest';
import { createCpuBackend } from '../../src/backends/cpu/backend.ts';
import type { KernelParameters } from '../../src/em/types.ts';
import { randomParameters, randomRows } from './samples.ts';

const backend = createCpuBackend();
const D = 3;
const rows = randomRows(700, D, 1);

/** A kind that the registry does not know: its densities are those of the stage `logDensityDiag`, which takes one vector. */
function diagByName(parameters: KernelParameters): KernelParameters {
  const { precisionsCholesky, ...rest } = parameters;
  return { ...rest, kind: 'Diag', precisionsCholesky: new Float64Array(0), vectors: [precisionsCholesky] };
}

test('a kind beyond the Gaussian takes the stage with its name', async () => {
  const diag = randomParameters('diag', 4, D, 2);
  const dataset = await backend.load({ data: rows, nFeatures: D }, { scaling: 'per-feature' });
  const named = await dataset.expectation(diagByName(diag));
  expect(named).toEqual({ ...(await dataset.expectation(diag)), kind: 'Diag' });
  for (const what of ['labels', 'responsibilities', 'logDensities'] as const) {
    expect(await dataset.read(what, diagByName(diag))).toEqual(await dataset.read(what, diag));
  }
});

test('a kind without a stage is refused', async () => {
  const dataset = await backend.load({ data: rows, nFeatures: D }, { scaling: 'per-feature' });
  for (const kind of ['no such kind', 'constructor', '']) {
    const parameters = { ...randomParameters('diag', 4, D, 2), kind };
    await expect(dataset.expectation(parameters)).rejects.toMatchObject({
      code: 'invalid-option',
      message: expect.stringContaining(kind),
    });
  }
});
