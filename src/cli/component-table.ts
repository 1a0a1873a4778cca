import type { ComponentSummary } from '../node.ts';
import { short, withSpread } from './numbers.ts';
import { correlation, deviation, type ModelView } from './view.ts';

/** Correlations are shown for at most this many features, where they can be read at a glance. */
const MOST_CORRELATED = 3;

/** The components of a model as cells of text. The first column is the component's number. */
export interface ComponentTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * Weight, mean ± standard deviation of the given features, and the correlations if there are few features.
 * @param components which components, as indices, in the order wanted
 * @param features which features, as indices
 */
export function componentTable(
  view: ModelView,
  components: readonly number[],
  features: readonly number[],
): ComponentTable {
  const names = features.map((i) => view.featureNames[i]!);
  const pairs = view.correlated && view.featureNames.length <= MOST_CORRELATED ? pairsOf(features) : [];
  const pairNames = pairs.map(([i, j]) => `corr(${view.featureNames[i]}, ${view.featureNames[j]})`);
  return {
    header: [view.noun, view.covariance ? 'weight' : 'share', ...names, ...pairNames],
    rows: components.map((k) => [
      `${k}`,
      view.weights[k]!.toFixed(4),
      ...features.map((i) => meanCell(view, k, i)),
      ...pairs.map(([i, j]) => correlation(view, k, i, j).toFixed(3)),
    ]),
  };
}

function meanCell(view: ModelView, k: number, i: number): string {
  const mean = view.means[k]![i]!;
  const sd = deviation(view, k, i);
  return sd === undefined || view.counts ? short(mean) : withSpread(mean, sd);
}

/** All pairs (earlier, later) of a list. */
export function pairsOf(list: readonly number[]): [number, number][] {
  return list.flatMap((later, at) => list.slice(0, at).map((earlier): [number, number] => [earlier, later]));
}

/** `2 (0.12)`: the other component, and the Bhattacharyya coefficient. */
export function overlapText(overlap: ComponentSummary['overlap']): string {
  return overlap ? `${overlap.component} (${short(overlap.coefficient, 2)})` : 'none';
}
