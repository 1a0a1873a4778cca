import type { Fitted } from './fitted.ts';
import { isKMeans } from './models.ts';

/** The one object that `--json` prints, on one line. */
export function fitJson({ fit, table }: Fitted): string {
  const { nSamples, nFeatures, nIter, converged, history, backend, adapter } = fit;
  const points = { nSamples, nFeatures, featureNames: table.featureNames };
  const run = { nIter, converged, history: [...history] };
  const machine = {
    backend,
    adapter,
    // Reading ends when the points are where they are needed.
    seconds: { read: table.seconds + fit.seconds.load, fit: fit.seconds.fit, perIteration: fit.seconds.perIteration },
  };
  if (isKMeans(fit)) {
    const { nClusters: nComponents, inertia, centers } = fit;
    return toLine({ model: 'k-means', ...points, nComponents, inertia, ...run, centers, ...machine });
  }
  const { covarianceType, nComponents, logLikelihood, lowerBound, bic, aic, weights, means, covariances } = fit;
  const quality = { nComponents, logLikelihood, lowerBound, bic, aic };
  return toLine({
    model: 'gaussian-mixture',
    covarianceType,
    ...points,
    ...quality,
    ...run,
    weights,
    means,
    covariances,
    ...machine,
  });
}

/** JSON on one line. */
export function toLine(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
