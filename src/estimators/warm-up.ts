import { EmRun, type RunSettings } from '../em/run.ts';
import type { Backend, Dataset, Family } from '../em/types.ts';
import { sampleWithoutReplacement, seededRandom } from '../math/random.ts';
import type { FitRecord } from './types.ts';

/** A warm-up is for sets of rows this many times as large as itself. */
const WORTH = 2;

/**
 * Runs to convergence on some of the rows, drawn at random, in the same frame. Undefined where there are not many more rows than
 * that.
 */
export async function warmUp<P>(
  backend: Backend,
  dataset: Dataset,
  family: Family<P>,
  start: P,
  { rows, seed, settings }: { readonly rows: number; readonly seed: number; readonly settings: RunSettings },
): Promise<{ parameters: P; record: NonNullable<FitRecord['warmUp']> } | undefined> {
  if (dataset.nSamples <= WORTH * rows) return undefined;
  const { shift, scale } = dataset.frame;
  const D = dataset.nFeatures;
  const sample = await dataset.rows(sampleWithoutReplacement(dataset.nSamples, rows, seededRandom(seed)));
  const data = sample.map((x, i) => x * scale[i % D]! + shift[i % D]!);
  const loading = { scaling: family.scaling, frame: dataset.frame, signal: settings.signal };
  const some = await backend.load({ data, nFeatures: D }, loading);
  try {
    const run = new EmRun(family, some, start, { ...settings, bounds: false });
    while (!run.done) await run.advance();
    const record = { nSamples: rows, nIter: run.iteration, converged: run.converged };
    return { parameters: run.parameters, record };
  } finally {
    some.destroy();
  }
}
