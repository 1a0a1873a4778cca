import { GaussianMixture, type SelectionRow, selectFrom } from 'emgpu';
import { estimatorOf } from '../models/estimator.ts';
import type { BicRequest } from './types.ts';

/** K that are tried. */
export const BIC_COMPONENTS = [1, 2, 3, 4, 5, 6, 7, 8] as const;

/** Told after each K, with all rows so far. */
export interface BicCall {
  readonly signal: AbortSignal;
  readonly onRows: (rows: readonly SelectionRow[]) => void;
}

/** BIC of the chosen kind of mixture for K from 1 to 8, fitted to the points with the other options as chosen. */
export async function bicOverK({ points, choice }: BicRequest, { signal, onRows }: BicCall): Promise<void> {
  const estimators = BIC_COMPONENTS.map((k) => estimatorOf({ ...choice, k }, points, choice.restarts));
  const mixtures = estimators.filter((one) => one instanceof GaussianMixture);
  const { fit } = await selectFrom(points, mixtures, { criterion: 'bic' }, { signal, onCandidate: onRows });
  fit.destroy();
}
