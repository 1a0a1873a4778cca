import { EmRun, type RunSettings } from '../em/run.ts';
import type { Backend, Dataset, Degeneracy, Family, Reached } from '../em/types.ts';
import { EmgpuError } from '../errors.ts';
import { seededRandom } from '../math/random.ts';
import { examine } from './soundness.ts';
import type { FitRecord, Restart } from './types.ts';
import { warmUp } from './warm-up.ts';

/** Of so many collapsed components a refusal tells one by one. */
const MOST_TOLD = 3;

/** What it takes to start and run once more. */
export interface Trials<P> {
  readonly backend: Backend;
  readonly dataset: Dataset;
  readonly family: Family<P>;
  readonly settings: RunSettings;
  /** Parameters to start from, in the frame. */
  readonly start: (seed: number) => Promise<P>;
  readonly seed: number;
  readonly warmUpRows: number | undefined;
  /** Called after each step of a run, and now and then while it takes many at once. */
  readonly onStep: (reached: Reached, restart: number) => void;
}

/** A run, and the warm-up that came before it, if any. */
export interface Begun<P> {
  readonly run: EmRun<P>;
  readonly warmUp?: NonNullable<FitRecord['warmUp']>;
}

/** One of several runs that have ended, with the number of its start. */
interface Ranked<P> extends Begun<P> {
  readonly index: number;
}

/** Draws a start, warms it up where that was asked for, and returns the run there. */
export async function begin<P>(trials: Trials<P>, seed: number): Promise<Begun<P>> {
  const { backend, dataset, family, settings, warmUpRows: rows } = trials;
  const start = await trials.start(seed);
  const warm = rows === undefined ? undefined : await warmUp(backend, dataset, family, start, { rows, seed, settings });
  const run = new EmRun(family, dataset, warm?.parameters ?? start, settings);
  return { run, ...(warm && { warmUp: warm.record }) };
}

/**
 * Runs from `count` starts on the same points and keeps the best sound run, the first of equals. As many runs are under way at once as pay on this
 * dataset, which changes no result. The first start has the seed that was given. Rejects with `all-collapsed` where none is sound.
 */
export async function bestOf<P>(trials: Trials<P>, count: number): Promise<Begun<P> & { restarts: Restart[] }> {
  const random = seededRandom(trials.seed);
  const seeds = Array.from({ length: count }, (_, i) => (i === 0 ? trials.seed : random.below(2 ** 32)));
  const restarts: Restart[] = new Array(count);
  let best: Ranked<P> | undefined;
  let next = 0;
  const runSome = async () => {
    while (next < count) {
      const index = next++;
      const { begun, restart } = await runOnce(trials, seeds[index]!, index);
      restarts[index] = restart;
      if (begun && !restart.refused && (!best || isBetter({ ...begun, index }, best))) {
        best = { ...begun, index };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, trials.dataset.sideBySide ?? 1) }, runSome));
  if (!best) refuseAll(restarts);
  const { index: _, ...begun } = best;
  return { ...begun, restarts };
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
      await run.advance((reached) => trials.onStep(reached, index));
      trials.onStep(run.reached, index);
    }
    const { collapses } = await examine(family, dataset, run.parameters, settings);
    const refused = tell(collapses);
    return { begun, restart: { ...describe(begun.run, seed), ...(refused && { refused }) } };
  } catch (error) {
    // A covariance that cannot be factorised any more is a collapse, too.
    if (!(error instanceof EmgpuError) || error.code !== 'singular-covariance') throw error;
    return { restart: { seed, nIter: begun?.run.iteration ?? 0, converged: false, refused: error.message } };
  }
}

/** Why a start is refused, in a few sentences however many components have collapsed. */
function tell(collapses: readonly Degeneracy[]): string {
  const told = collapses.slice(0, MOST_TOLD).map(({ message }) => message);
  const more = collapses.length - told.length;
  return [...told, ...(more > 0 ? [`So it is with ${more} more.`] : [])].join(' ');
}

/** How a run ended. */
export function describe<P>({ history, iteration, converged }: EmRun<P>, seed: number): Restart {
  return { seed, value: history.at(-1)!, nIter: iteration, converged };
}

/** Whether one run is better than another. As runs side by side may end in any order, among equals the earlier start wins. */
function isBetter<P>(one: Ranked<P>, other: Ranked<P>): boolean {
  const [a, b] = [one.run.objective, other.run.objective];
  return a > b || (a === b && one.index < other.index);
}

function refuseAll(restarts: readonly Restart[]): never {
  throw new EmgpuError(
    'all-collapsed',
    `All ${restarts.length} starts ended with a collapsed component; the last one: ${restarts.at(-1)!.refused}`,
    'Use fewer components or a simpler covarianceType, raise regCovar (--reg-covar) or nInit (--restarts), or set a prior (--prior).',
  );
}
