import type { Restart } from '../node.ts';
import type { AnyFit } from './fitted.ts';
import { isKMeans } from './models.ts';

/** An optimum that one or more starts led to. */
export interface Optimum {
  /** Log-likelihood or inertia of the first start that led there. */
  readonly value: number;
  readonly times: number;
}

/** Runs whose final values differ by less than this, per unit of weight (k-means: as a share), have stopped at the same place. */
const SAME = 1e-5;

/** How far apart, in units of the objective, the values of two runs may be that have stopped at the same place. */
export function sameWithin(fit: AnyFit): number {
  return SAME * (isKMeans(fit) ? fit.inertia : fit.totalWeight);
}

/** The different optima that starts ended at, the best first; refused starts are left out. */
export function optimaOf(fit: AnyFit): Optimum[] {
  const sound = fit.restarts.filter((start): start is Restart & { value: number } => {
    return start.refused === undefined && start.value !== undefined;
  });
  const sign = isKMeans(fit) ? 1 : -1;
  const near = sameWithin(fit);
  const optima: { value: number; times: number }[] = [];
  for (const { value } of sound.sort((a, b) => sign * (a.value - b.value))) {
    const last = optima.at(-1);
    if (last && Math.abs(last.value - value) <= near) last.times++;
    else optima.push({ value, times: 1 });
  }
  return optima;
}

/** Why starts were refused, and how many for each reason. */
export function refusalsOf({ restarts }: Pick<AnyFit, 'restarts'>): Map<string, number> {
  const reasons = new Map<string, number>();
  for (const { refused } of restarts) if (refused) reasons.set(refused, (reasons.get(refused) ?? 0) + 1);
  return reasons;
}

/** The index of the start that the fit came from: the best of those not refused, the first among equals. */
export function chosenStart(fit: AnyFit): number {
  const sign = isKMeans(fit) ? -1 : 1;
  return fit.restarts.reduce((best, { value, refused }, i) => {
    if (refused !== undefined || value === undefined) return best;
    const leader = fit.restarts[best]?.value;
    return leader === undefined || sign * value > sign * leader ? i : best;
  }, -1);
}
