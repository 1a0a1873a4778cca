import type { Outcome } from '../../contender.ts';
import type { Untyped } from './untyped.ts';

export type Tensor = Untyped;

/** One model: `sums` runs over a batch of points, `update` makes the next parameters of all batches' sums. */
export interface TensorModel {
  /** Floats per point in the largest intermediate. */
  readonly width: number;
  /** Called once, with all points. */
  prepare?(batches: Tensor[]): Promise<void>;
  sums(x: Tensor): Tensor[];
  update(sums: Tensor[]): void | Promise<void>;
  outcome(): Promise<Outcome>;
}

/** Responsibilities and the log-likelihood of a batch. */
export function normalize(tf: Untyped, logits: Tensor): { r: Tensor; logLikelihood: Tensor } {
  const norm = tf.logSumExp(logits, 1, true);
  return { r: tf.exp(tf.sub(logits, norm)), logLikelihood: tf.sum(norm) };
}
