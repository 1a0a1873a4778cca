import { EmgpuError } from '../errors.ts';
import { isNumbers } from './arrays.ts';
import { countSamples, type Points, type Weights } from './points.ts';

/** Weights of N rows, checked, and their sum. */
export interface CheckedWeights {
  /** Undefined: every row counts once. */
  readonly weights: Weights | undefined;
  /** `Σ w`, in float64; N without weights. */
  readonly total: number;
  /** Rows whose weight is not 0; N without weights. */
  readonly nWeighted: number;
}

/** The largest float32 number: a GPU has no larger ones. */
const LARGEST_WEIGHT = 3e38;
/** Which numbers are weights, for messages. */
export const WEIGHTS_ARE = `numbers from 0 to ${LARGEST_WEIGHT}`;

/** Whether a number can be a weight. */
export function isWeight(w: number): boolean {
  return w >= 0 && w <= LARGEST_WEIGHT;
}

/** The weights of points. Throws `invalid-weights` unless there is one per row, none is negative, and some are not 0. */
export function checkWeights(points: Points): CheckedWeights {
  const n = countSamples(points);
  const weights = points.sampleWeight;
  if (weights === undefined) return { weights, total: n, nWeighted: n };
  if (!isNumbers(weights) || weights.length !== n) {
    const isList = ArrayBuffer.isView(weights) || Array.isArray(weights);
    const found = isList ? `${weights.length} of them (${weights.constructor.name})` : `${weights}`;
    throw new EmgpuError(
      'invalid-weights',
      `sampleWeight must be a Float32Array or Float64Array with one number per row (${n}), got ${found}.`,
      'Pass one weight per row, or none.',
    );
  }
  let total = 0;
  let nWeighted = 0;
  for (let i = 0; i < n; i++) {
    const w = weights[i]!;
    if (!isWeight(w)) refuse(`the weight of row ${i} is ${w} (rows counted from 0)`);
    total += w;
    if (w > 0) nWeighted++;
  }
  if (total === 0) refuse('all weights are 0');
  return { weights, total, nWeighted };
}

function refuse(what: string): never {
  throw new EmgpuError(
    'invalid-weights',
    `Weights must be ${WEIGHTS_ARE}, some of them above 0; ${what}.`,
    'Correct or leave out such rows.',
  );
}
