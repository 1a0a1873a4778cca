import type { ModelView } from '../view.ts';

/**
 * Features by how well they tell components apart, the best first: by the variance of the means over the mean variance
 * within components (or over the variance of the points for k-means, which has none).
 * @param spread standard deviation of every feature over the points
 */
export function bySeparation(view: ModelView, spread: readonly number[]): number[] {
  const score = spread.map((sd, i) => {
    const mean = weighted(view, (k) => view.means[k]![i]!);
    const between = weighted(view, (k) => (view.means[k]![i]! - mean) ** 2);
    const inside = view.covariance ? weighted(view, (k) => view.covariance!(k, i, i)) : sd ** 2;
    return inside > 0 ? between / inside : 0;
  });
  return score.map((_, i) => i).sort((a, b) => score[b]! - score[a]! || a - b);
}

function weighted(view: ModelView, value: (k: number) => number): number {
  return view.weights.reduce((sum, weight, k) => sum + weight * value(k), 0);
}

/** The components in the order of their weights, heaviest first. */
export function byWeight(view: ModelView): number[] {
  return view.weights.map((_, k) => k).sort((a, b) => view.weights[b]! - view.weights[a]! || a - b);
}
