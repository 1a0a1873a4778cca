import { roomLike } from '../data/arrays.ts';
import type { HostPoints } from '../data/points.ts';
import { checkWeights } from '../data/weights.ts';
import { EmgpuError, throwIfAborted } from '../errors.ts';
import { seededRandom } from '../math/random.ts';
import { checkHostPoints, checkIsFunction, checkIsObject, checkSeed, checkWhole } from './checks.ts';

/**
 * Splits the rows 0 … n − 1 at random into `k` folds whose sizes differ by at most 1. The same seed gives the same folds.
 * @returns k lists of rows, each ascending; together they hold every row once
 */
export function splitFolds(n: number, k: number, seed = 0): Uint32Array[] {
  checkWhole('The number of rows', n, 2);
  checkWhole('The number of folds', k, 2, n);
  checkSeed(seed);
  const random = seededRandom(seed);
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  // Shuffles the rows (Fisher & Yates).
  for (let i = n - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const row = order[i]!;
    order[i] = order[j]!;
    order[j] = row;
  }
  const border = (fold: number) => Math.floor((fold * n) / k);
  return Array.from({ length: k }, (_, fold) => order.slice(border(fold), border(fold + 1)).sort());
}

/** How well a model fits rows that it was not fitted to. */
export interface HeldOut {
  /** Total weighted log-likelihood of the rows, natural logarithm, in data units. */
  readonly logLikelihood: number;
  /** Total weight of the rows: their number, where they have no weights. */
  readonly weight: number;
}

export interface KFoldOptions {
  /** Seeds the folds, default 0. A whole number. Compare models on the same folds. */
  readonly seed?: number | undefined;
  /** Checked before every fold; a fired signal rejects with `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the fraction of the folds that are done. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

export interface KFoldScore {
  /** Held-out log-likelihood per unit of weight, over all rows: larger is better. */
  readonly mean: number;
  /** Held-out log-likelihood per unit of weight of each fold. */
  readonly perFold: readonly number[];
}

/** What the callback must return, for messages. */
const PROMISE = 'resolves to { logLikelihood, weight } of the rows held out';

/**
 * k-fold cross-validation (Smyth 2000 for mixtures): for each fold, fits to the rows outside and scores those inside. One fold after
 * another. Rows of weight 0 do not count, and are in no fold.
 * Rejects with `invalid-option` where `fitAndScore` gives no numbers.
 * @param fitAndScore fits to `train` and scores `test`; it must free what it holds on a device
 */
export async function kFoldScore(
  points: HostPoints,
  nFolds: number,
  fitAndScore: (train: HostPoints, test: HostPoints) => Promise<HeldOut>,
  options: KFoldOptions = {},
): Promise<KFoldScore> {
  checkHostPoints(points);
  checkIsFunction('fitAndScore', fitAndScore, `Pass one that ${PROMISE}.`);
  checkIsObject('options', options, '{ seed: 1 }');
  const { seed = 0, signal, onProgress } = options;
  const { weights } = checkWeights(points);
  const rows = Uint32Array.from({ length: points.data.length / points.nFeatures }, (_, i) => i);
  const counted = rows.filter((i) => weights?.[i] !== 0);
  const folds = splitFolds(counted.length, nFolds, seed);
  const isInside = new Uint8Array(counted.length);
  const heldOut: HeldOut[] = [];
  for (const fold of folds) {
    throwIfAborted(signal);
    isInside.fill(0);
    for (const i of fold) isInside[i] = 1;
    const train = takeRows(
      points,
      counted.filter((_, i) => !isInside[i]),
    );
    const test = takeRows(
      points,
      fold.map((i) => counted[i]!),
    );
    heldOut.push(checkHeldOut(await fitAndScore(train, test), heldOut.length));
    onProgress?.(heldOut.length / nFolds);
  }
  const sum = (of: keyof HeldOut) => heldOut.reduce((total, result) => total + result[of], 0);
  return {
    mean: sum('logLikelihood') / sum('weight'),
    perFold: heldOut.map(({ logLikelihood, weight }) => logLikelihood / weight),
  };
}

/** Throws `invalid-option` unless the callback returned numbers. −Infinity is allowed: it is the score where a density is 0. */
function checkHeldOut(result: HeldOut, fold: number): HeldOut {
  const { logLikelihood, weight } = result ?? {};
  if (Number.isFinite(weight) && weight > 0 && (Number.isFinite(logLikelihood) || logLikelihood === -Infinity)) {
    return result;
  }
  throw new EmgpuError(
    'invalid-option',
    `fitAndScore must give two numbers, the weight above 0; of fold ${fold} it gave ${logLikelihood} and ${weight}.`,
    `Pass one that ${PROMISE}, as evaluate() has them.`,
  );
}

/** A copy of some rows, with their weights. */
function takeRows(points: HostPoints, rows: Uint32Array): HostPoints {
  const { data, nFeatures: D, sampleWeight } = points;
  const taken = roomLike(data, rows.length * D);
  rows.forEach((row, i) => {
    taken.set(data.subarray(row * D, (row + 1) * D), i * D);
  });
  if (!sampleWeight) return { ...points, data: taken };
  const weights = roomLike(sampleWeight, rows.length);
  rows.forEach((row, i) => {
    weights[i] = sampleWeight[row]!;
  });
  return { ...points, data: taken, sampleWeight: weights };
}
