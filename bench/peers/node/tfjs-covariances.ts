/** Tied and full covariances in TensorFlow.js, which has no Cholesky factorisation: that part is done on the host. */
import { Matrix } from 'ml-matrix';
import { type HostMixture, hostOutcome, LOG_2PI, startMixture, updateFull, updateTied, whitening } from './factors.ts';
import type { Task } from './serve.ts';
import { normalize, type Tensor, type TensorModel } from './tfjs-types.ts';
import type { Untyped } from './untyped.ts';

/** log weight + log determinant of the factor − D/2 log 2π, per component. */
function constantsOf({ weights, means }: HostMixture, logDeterminants: number[]): number[] {
  const D = means[0]!.length;
  return weights.map(
    (weight, k) => Math.log(weight) + logDeterminants[k % logDeterminants.length]! - (D / 2) * LOG_2PI,
  );
}

export function tied(tf: Untyped, task: Task): TensorModel {
  const { nFeatures: D, nSamples } = task;
  let mixture = startMixture(task);
  let squares: ArrayLike<number>;
  return {
    width: Math.max(mixture.weights.length, D),
    async prepare(batches) {
      const sum = tf.tidy(() => tf.addN(batches.map((x) => tf.matMul(x, x, true, false))));
      squares = await sum.data();
      sum.dispose();
    },
    sums(x) {
      const { factor, logDeterminant } = whitening(mixture.covariances[0]!);
      const p = tf.tensor2d(factor.to2DArray());
      const m = tf.matMul(tf.tensor2d(mixture.means), p);
      const constants = tf.sub(
        tf.tensor1d(constantsOf(mixture, [logDeterminant])),
        tf.mul(0.5, tf.sum(tf.square(m), 1)),
      );
      const y = tf.matMul(x, p);
      // Without −½ y·y, which all components share: only the log-likelihood needs it.
      const { r, logLikelihood } = normalize(tf, tf.add(tf.matMul(y, m, false, true), constants));
      const shared = tf.mul(0.5, tf.sum(tf.square(y)));
      return [tf.sum(r, 0), tf.matMul(r, x, true, false), tf.sub(logLikelihood, shared)];
    },
    async update(tensors) {
      const [counts, sums] = await Promise.all(tensors.map((tensor: Tensor) => tensor.data()));
      mixture = updateTied(mixture, { counts, sums, squares }, nSamples);
    },
    outcome: async () => hostOutcome(mixture),
  };
}

export function full(tf: Untyped, task: Task): TensorModel {
  const { nFeatures: D, nSamples } = task;
  const K = task.centers.length;
  let mixture = startMixture(task);
  /** KD × K: sums half the squares of each component. A matrix product, because short reductions are slow. */
  const halves = tf.tensor2d(
    Array.from({ length: K * D }, (_, i) => mixture.weights.map((_, k) => (Math.floor(i / D) === k ? 0.5 : 0))),
  );
  const perBatch = (x: Tensor) => {
    const factors = mixture.covariances.map(whitening);
    const constants = tf.tensor1d(
      constantsOf(
        mixture,
        factors.map((f) => f.logDeterminant),
      ),
    );
    const p = tf.concat(
      factors.map(({ factor }) => tf.tensor2d(factor.to2DArray())),
      1,
    );
    const shifts = tf.tensor1d(
      factors.flatMap(({ factor }, k) => factor.transpose().mmul(Matrix.columnVector(mixture.means[k]!)).to1DArray()),
    );
    const y = tf.sub(tf.matMul(x, p), shifts);
    return normalize(tf, tf.sub(constants, tf.matMul(tf.square(y), halves)));
  };
  return {
    width: K * D,
    sums(x) {
      const { r, logLikelihood } = tf.tidy(() => perBatch(x));
      const squares = tf.unstack(r, 1).map((column: Tensor, k: number) =>
        tf.tidy(() => {
          const centred = tf.sub(x, tf.tensor1d(mixture.means[k]!));
          return tf.matMul(tf.mul(centred, column.expandDims(1)), centred, true, false);
        }),
      );
      return [tf.sum(r, 0), tf.matMul(r, x, true, false), tf.stack(squares), logLikelihood];
    },
    async update(tensors) {
      const [counts, sums, squares] = await Promise.all(tensors.map((tensor: Tensor) => tensor.data()));
      mixture = updateFull(mixture, { counts, sums, squares }, nSamples);
    },
    outcome: async () => hostOutcome(mixture),
  };
}
