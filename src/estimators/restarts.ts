import { EmRun, type RunSettings } from '../em/run.ts';
import type { Backend, Dataset, Family } from '../em/types.ts';
import { EmgpuError } from '../errors.ts';
import { seededRandom } from '../math/random.ts';
import { findCollapses } from './soundness.ts';
import type { FitRecord, Restart } from './types.ts';
import { warmUp } from './warm-up.ts';

/** What starting and running once more takes. */
export interface Trials<P> {
  readonly backend: Backend;
  readonly dataset: Dataset;
  readonly family: Family<P>;
  readonly settings: RunSettings;
  /** Parameters to start from, in the frame. */
  readonly start: (seed: number) => Promise<P>;
  readonly seed: number;
  readonly warmUpRows: number | undefined;
  /** After each step of a run. */
  readonly onStep: (run: EmRun<P>, restart: number) => void;
}

/** A run, and what came before it. */
export interface Begun<P> {
  readonly run: EmRun<P>;
  readonly warmUp?: NonNullable<FitRecord['warmUp']>;
}

/** A run at its start: drawn, and warmed up where that was asked for. */
export async function begin<P>(trials: Trials<P>, seed: number): Promise<Begun<P>> {
  const { backend, dataset, family, settings, warmUpRows: rows } = trials;
  const start = await trials.start(seed);
  const warm = rows === undefined ? undefined : await warmUp(backend, dataset, family, start, { rows, seed, settings });
  const run = new EmRun(family, dataset, warm?.parameters ?? start, settings);
  return { run, ...(warm && { warmUp: warm.record }) };
}

/**
 * Runs from `count` starts, one after the other on the same points (a pass has all of the device to itself anyway), and keeps the best
 * that is sound. The first start has the seed that was given. Rejects with `all-collapsed`.
 */
export async function bestOf<P>(trials: Trials<P>, count: number): Promise<Begun<P> & { restarts: Restart[] }> {
  const random = seededRandom(trials.seed);
  const restarts: Restart[] = [];
  let best: Begun<P> | undefined;
  for (let i = 0; i < count; i++) {
    const seed = i === 0 ? trials.seed : random.below(2 ** 32);
    const { begun, restart } = await runOnce(trials, seed, i);
    restarts.push(restart);
    if (begun && !restart.refused && (!best || isBetter(trials.family, begun.run, best.run))) best = begun;
  }
  if (!best) refuseAll(restarts);
  return { ...best, restarts };
}

async function runOnce<P>(
  trials: Trials<P>,
  seed: number,
  index: number,
): Promise<{ begun?: Begun<P>; restart: Restart }> {
  const { family, dataset, settings } = trials;
  let begun: Begun<P> | undefined;
  try {
    begun = await begin(trials, seed);
    const { run } = begun;
    while (!run.done) {
      await run.advance();
      trials.onStep(run, index);
    }
    const collapses = await findCollapses(family, dataset, run.parameters, settings);
    const refused = collapses.map(({ message }) => message).join(' ');
    return { begun, restart: { ...describe(begun.run, seed), ...(refused && { refused }) } };
  } catch (error) {
    // A covariance that cannot be factorised any more is a collapse, too.
    if (!(error instanceof EmgpuError) || error.code !== 'singular-covariance') throw error;
    return { restart: { seed, nIter: begun?.run.iteration ?? 0, converged: false, refused: error.message } };
  }
}

/** How a run ended. */
export function describe<P>({ history, iteration, converged }: EmRun<P>, seed: number): Restart {
  return { seed, value: history.at(-1)!, nIter: iteration, converged };
}

function isBetter<P>({ hard }: Family<P>, one: EmRun<P>, other: EmRun<P>): boolean {
  return hard ? one.history.at(-1)! < other.history.at(-1)! : one.history.at(-1)! > other.history.at(-1)!;
}

function refuseAll(restarts: readonly Restart[]): never {
  throw new EmgpuError(
    'all-collapsed',
    `All ${restarts.length} starts ended with a collapsed component; the last one: ${restarts.at(-1)!.refused}`,
    'Use fewer components or a simpler covarianceType, raise regCovar (--reg-covar) or nInit (--restarts), or set a prior (--prior).',
  );
}
