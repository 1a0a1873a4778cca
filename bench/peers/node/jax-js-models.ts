/**
 * The EM iteration of every model in jax-js. Every use of an array but the last is `.ref`: its operations take over what
 * they are given. Batches of points go through `sums`, the sums of all through `update`, and both are compiled by `jit`.
 */
import { LOG_2PI, REG_COVAR } from './factors.ts';
import type { Task } from './serve.ts';
import type { Untyped } from './untyped.ts';

export type JaxArray = Untyped;
export type Model = Record<string, JaxArray>;

export interface JaxModel {
  /** Floats per point in the largest intermediate. */
  readonly width: number;
  begin(): Model;
  sums(x: JaxArray, model: Model): JaxArray[];
  update(model: Model, sums: JaxArray[]): Model;
  /** The rest of `update`, which `jit` refuses: a factorisation of what is calculated there. */
  factorize?(model: Model): Model;
}

/** The inverses of the Cholesky factors of one covariance or a stack of them. */
function withInverses({ numpy: np, lax }: Untyped, model: Model): Model {
  const lower = lax.linalg.cholesky(model.covariances.ref);
  const eyes = np.zerosLike(lower.ref).add(np.eye(lower.shape.at(-1)));
  return { ...model, inverses: lax.linalg.triangularSolve(lower, eyes, { leftSide: true, lower: true }) };
}

function startOf({ numpy: np }: Untyped, { kind, centers, nFeatures: D }: Task): Model {
  const K = centers.length;
  const means = np.array(centers);
  if (kind === 'k-means') return { means };
  const eye = () => np.eye(D);
  const unit: Record<string, () => JaxArray> = {
    full: () => np.tile(np.expandDims(eye(), 0), [K, 1, 1]),
    tied: eye,
    diag: () => np.ones([K, D]),
    spherical: () => np.ones([K, 1]),
  };
  const weights = np.full([K], 1 / K);
  const model = { weights, means, covariances: unit[kind]!() };
  return kind === 'full' || kind === 'tied' ? { ...model, inverses: unit[kind]!() } : model;
}

/** Responsibilities and the log-likelihood of a batch. */
function normalize({ numpy: np, nn }: Untyped, logits: JaxArray): [JaxArray, JaxArray] {
  const norm = nn.logsumexp(logits.ref, 1, { keepdims: true });
  return [np.exp(logits.sub(norm.ref)), norm.sum()];
}

function kMeans(jax: Untyped, task: Task): JaxModel {
  const { numpy: np, nn } = jax;
  const K = task.centers.length;
  return {
    width: Math.max(K, task.nFeatures),
    begin: () => startOf(jax, task),
    sums(x, { means }) {
      const halves = np.square(means.ref).sum(1).mul(0.5);
      const nearest = np.argmax(np.matmul(x.ref, np.transpose(means)).sub(halves), 1);
      const chosen = nn.oneHot(nearest, K);
      return [chosen.ref.sum(0), np.matmul(np.transpose(chosen), x)];
    },
    update({ means }, [counts, sums]) {
      const n = np.expandDims(counts, 1);
      return { means: np.where(np.greater(n.ref, 0), sums.div(np.maximum(n, 1)), means) };
    },
  };
}

/** Diagonal and spherical, as scikit-learn expands them. */
function axisAligned(jax: Untyped, task: Task): JaxModel {
  const { numpy: np } = jax;
  const { kind, centers, nFeatures: D, nSamples } = task;
  const spherical = kind === 'spherical';
  return {
    width: Math.max(centers.length, D),
    begin: () => startOf(jax, task),
    sums(x, { weights, means, covariances }) {
      const precisions = np.reciprocal(covariances);
      const logDeterminants = np
        .log(precisions.ref)
        .sum(1)
        .mul(spherical ? D / 2 : 0.5);
      const squared = np.square(means.ref).mul(precisions.ref).sum(1).mul(0.5);
      const constants = np
        .log(weights)
        .add(logDeterminants)
        .sub(squared)
        .sub((D / 2) * LOG_2PI);
      const x2 = spherical ? np.square(x.ref).sum(1, { keepdims: true }) : np.square(x.ref);
      const linear = np.matmul(x.ref, np.transpose(means.mul(precisions.ref)));
      const quadratic = np.matmul(x2.ref, np.transpose(precisions.mul(0.5)));
      const [r, logLikelihood] = normalize(jax, linear.sub(quadratic).add(constants));
      const byComponent = np.transpose(r.ref);
      return [r.sum(0), np.matmul(byComponent.ref, x), np.matmul(byComponent, x2), logLikelihood];
    },
    update({ weights, means, covariances }, [counts, sums, squares, logLikelihood]) {
      for (const array of [weights, means, covariances, logLikelihood]) array.dispose();
      const n = np.expandDims(counts.ref, 1);
      const next = sums.div(n.ref);
      const square = np.square(next.ref);
      const about = spherical
        ? squares
            .div(n)
            .sub(square.sum(1, { keepdims: true }))
            .div(D)
        : squares.div(n).sub(square);
      return { weights: counts.div(nSamples), means: next, covariances: about.add(REG_COVAR) };
    },
  };
}

function tied(jax: Untyped, task: Task): JaxModel {
  const { numpy: np } = jax;
  const { centers, nFeatures: D, nSamples } = task;
  return {
    width: Math.max(centers.length, D),
    begin: () => startOf(jax, task),
    factorize: (model) => withInverses(jax, model),
    sums(x, { weights, means, covariances, inverses }) {
      covariances.dispose();
      const logDeterminant = np.log(np.diagonal(inverses.ref)).sum();
      const p = np.transpose(inverses);
      const m = np.matmul(means, p.ref);
      const squared = np.square(m.ref).sum(1).mul(0.5);
      const constants = np
        .log(weights)
        .add(logDeterminant)
        .sub(squared)
        .sub((D / 2) * LOG_2PI);
      const y = np.matmul(x.ref, p);
      // Without −½ y·y, which all components share: only the log-likelihood needs it.
      const [r, logLikelihood] = normalize(jax, np.matmul(y.ref, np.transpose(m)).add(constants));
      const total = logLikelihood.sub(np.square(y).sum().mul(0.5));
      const squares = np.matmul(np.transpose(x.ref), x.ref);
      return [r.ref.sum(0), np.matmul(np.transpose(r), x), squares, total];
    },
    update({ weights, means, covariances, inverses }, [counts, sums, squares, logLikelihood]) {
      for (const array of [weights, means, covariances, inverses, logLikelihood]) array.dispose();
      const n = np.expandDims(counts.ref, 1);
      const next = sums.div(n.ref);
      const between = np.matmul(np.transpose(next.ref.mul(n)), next.ref);
      const about = squares.sub(between).div(nSamples).add(np.eye(D).mul(REG_COVAR));
      return { weights: counts.div(nSamples), means: next, covariances: about };
    },
  };
}

function full(jax: Untyped, task: Task): JaxModel {
  const { numpy: np } = jax;
  const { centers, nFeatures: D, nSamples } = task;
  const K = centers.length;
  return {
    width: K * D,
    begin: () => startOf(jax, task),
    factorize: (model) => withInverses(jax, model),
    sums(x, { weights, means, covariances, inverses }) {
      covariances.dispose();
      const logDeterminants = np.log(np.diagonal(inverses.ref, 0, 1, 2)).sum(1);
      const constants = np
        .log(weights)
        .add(logDeterminants)
        .sub((D / 2) * LOG_2PI);
      const shifts = np.einsum('ked,kd->ke', inverses.ref, means.ref).reshape([K * D]);
      const p = np.transpose(inverses.reshape([K * D, D]));
      const y = np.matmul(x.ref, p).sub(shifts).reshape([-1, K, D]);
      const [r, logLikelihood] = normalize(jax, constants.sub(np.square(y).sum(2).mul(0.5)));
      const centred = np.expandDims(x.ref, 1).sub(means);
      const weighted = centred.ref.mul(np.expandDims(r.ref, 2));
      const squares = np.einsum('nki,nkj->kij', weighted, centred);
      return [r.ref.sum(0), np.matmul(np.transpose(r), x), squares, logLikelihood];
    },
    update({ weights, means, covariances, inverses }, [counts, sums, squares, logLikelihood]) {
      for (const array of [weights, covariances, inverses, logLikelihood]) array.dispose();
      const next = sums.div(np.expandDims(counts.ref, 1));
      const shift = next.ref.sub(means);
      const between = np.expandDims(shift.ref, 2).mul(np.expandDims(shift, 1));
      const about = squares
        .div(counts.ref.reshape([K, 1, 1]))
        .sub(between)
        .add(np.eye(D).mul(REG_COVAR));
      return { weights: counts.div(nSamples), means: next, covariances: about };
    },
  };
}

export function modelOf(jax: Untyped, task: Task): JaxModel {
  return { 'k-means': kMeans, diag: axisAligned, spherical: axisAligned, tied, full }[task.kind](jax, task);
}
