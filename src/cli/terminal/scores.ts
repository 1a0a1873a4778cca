import { printable } from '../failure.ts';
import { count, short, total } from '../numbers.ts';
import type { Scores } from '../scoring.ts';

/** Scores for people. @param weightsColumn the column of the row weights, if there is one */
export function scoreFacts(scores: Scores, weightsColumn: string | undefined): string[][] {
  const size = `${total(scores.totalWeight)}, the sum of "${weightsColumn}"`;
  const points = [
    ['points', count(scores.nSamples)],
    ...(weightsColumn === undefined ? [] : [['effective size', printable(size)]]),
  ];
  if (scores.model === 'k-means') return [...points, ['inertia', total(scores.inertia)]];
  return [
    ...points,
    ['log-likelihood', total(scores.logLikelihood)],
    ['mean', short(scores.mean, 8)],
    ['BIC', total(scores.bic)],
    ['AIC', total(scores.aic)],
    ['ICL', total(scores.icl)],
  ];
}
