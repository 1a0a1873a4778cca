/** The EM iteration of every model in operations of TensorFlow.js. Tensors of parameters are on the device. */
import { LOG_2PI, REG_COVAR } from './factors.ts';
import type { Task } from './serve.ts';
import { full, tied } from './tfjs-covariances.ts';
import { normalize, type Tensor, type TensorModel } from './tfjs-types.ts';
import type { Untyped } from './untyped.ts';

function kMeans(tf: Untyped, { centers }: Task): TensorModel {
  const K = centers.length;
  let c: Tensor = tf.tensor2d(centers);
  return {
    width: Math.max(K, centers[0]!.length),
    sums(x) {
      const halfSquares = tf.mul(0.5, tf.sum(tf.square(c), 1));
      const nearest = tf.argMax(tf.sub(tf.matMul(x, c, false, true), halfSquares), 1);
      const chosen = tf.oneHot(nearest, K, 1, 0, 'float32');
      return [tf.sum(chosen, 0), tf.matMul(chosen, x, true, false)];
    },
    update([counts, sums]) {
      const before = c;
      c = tf.tidy(() => {
        const n = counts.expandDims(1);
        return tf.where(tf.greater(n, 0), tf.div(sums, tf.maximum(n, 1)), before);
      });
      before.dispose();
    },
    outcome: async () => ({ means: await c.data() }),
  };
}

/** Diagonal and spherical, as scikit-learn expands them: three matrix products. All parameters stay on the device. */
function axisAligned(tf: Untyped, { kind, centers, nFeatures: D, nSamples }: Task): TensorModel {
  const spherical = kind === 'spherical';
  const K = centers.length;
  let state: Tensor[] = [tf.fill([K], 1 / K), tf.tensor2d(centers), tf.ones([K, spherical ? 1 : D])];
  return {
    width: Math.max(K, D),
    sums(x) {
      const [weights, means, variances] = state;
      const precisions = tf.reciprocal(variances);
      const logDeterminants = tf.mul(spherical ? D / 2 : 0.5, tf.sum(tf.log(precisions), 1));
      const squared = tf.mul(0.5, tf.sum(tf.mul(tf.square(means), precisions), 1));
      const constants = tf.sub(tf.add(tf.log(weights), logDeterminants), tf.add(squared, (D / 2) * LOG_2PI));
      const x2 = spherical ? tf.sum(tf.square(x), 1, true) : tf.square(x);
      const quadratic = tf.sub(
        tf.matMul(x, tf.mul(means, precisions), false, true),
        tf.matMul(x2, tf.mul(0.5, precisions), false, true),
      );
      const { r, logLikelihood } = normalize(tf, tf.add(quadratic, constants));
      return [tf.sum(r, 0), tf.matMul(r, x, true, false), tf.matMul(r, x2, true, false), logLikelihood];
    },
    update([counts, sums, squares]) {
      const before = state;
      state = tf.tidy(() => {
        const n = counts.expandDims(1);
        const means = tf.div(sums, n);
        const square = spherical
          ? tf.div(tf.sub(tf.div(squares, n), tf.sum(tf.square(means), 1, true)), D)
          : tf.sub(tf.div(squares, n), tf.square(means));
        return [tf.div(counts, nSamples), means, tf.add(square, REG_COVAR)];
      });
      tf.dispose(before);
    },
    async outcome() {
      const [weights, means, covariances] = await Promise.all(state.map((tensor) => tensor.data()));
      return { weights, means, covariances };
    },
  };
}

export function modelOf(tf: Untyped, task: Task): TensorModel {
  const make = { 'k-means': kMeans, diag: axisAligned, spherical: axisAligned, tied, full };
  return make[task.kind](tf, task);
}
