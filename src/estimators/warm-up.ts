import { outOfFrame } from '../data/frame.ts';
import { drawRows } from '../em/row-sample.ts';
import { EmRun, type RunSettings } from '../em/run.ts';
import type { Backend, Dataset, Family } from '../em/types.ts';
import { seededRandom } from '../math/random.ts';
import type { FitRecord } from './types.ts';

/**
 * Runs to convergence on about `rows` rows, drawn at random among those that weigh something, with their weights and in the same frame. Undefined
 * unless more than twice as many rows weigh something; see {@link drawRows}.
 */
export async function warmUp<P>(
  backend: Backend,
  dataset: Dataset,
  family: Family<P>,
  start: P,
  { rows, seed, settings }: { readonly rows: number; readonly seed: number; readonly settings: RunSettings },
): Promise<{ parameters: P; record: NonNullable<FitRecord['warmUp']> } | undefined> {
  const sample = await drawRows(dataset, rows, seededRandom(seed));
  if (!sample) return undefined;
  const { nFeatures, frame } = dataset;
  const data = outOfFrame(sample.rows, frame);
  const points = { data, nFeatures, ...(sample.weights && { sampleWeight: sample.weights }) };
  const loading = { scaling: family.scaling, frame, signal: settings.signal };
  const some = await backend.load(points, loading);
  try {
    const run = new EmRun(family, some, start, { ...settings, bounds: false });
    while (!run.done) await run.advance();
    const record = { nSamples: some.nSamples, nIter: run.iteration, converged: run.converged };
    return { parameters: run.parameters, record };
  } finally {
    some.destroy();
  }
}
