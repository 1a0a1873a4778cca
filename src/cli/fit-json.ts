import type { KMeansFit, MixtureFit, PoissonFit } from '../node.ts';
import type { AnyFit, Fitted } from './fitted.ts';
import { isKMeans, isPoisson } from './models.ts';

/** The one object that `--json` prints, on one line: the fit; after a selection also the candidates, with the fit that was chosen. */
export function fitJson(fitted: Fitted): string {
  const { selection } = fitted;
  if (!selection) return toLine(fitObject(fitted));
  const { criterion, rows, best } = selection;
  return toLine({ criterion, best, rows, fit: fitObject(fitted) });
}

function fitObject({ fit, source }: Fitted): object {
  if (isKMeans(fit)) return kMeansObject(fit, source);
  return isPoisson(fit) ? poissonObject(fit, source) : mixtureObject(fit, source);
}

function kMeansObject(fit: KMeansFit, source: Fitted['source']): object {
  const { nClusters: nComponents, metric, inertia, centers } = fit;
  const { points, run, machine } = commonParts(fit, source);
  return { model: 'k-means', metric, ...points, nComponents, inertia, ...run, centers, ...machine };
}

function poissonObject(fit: PoissonFit, source: Fitted['source']): object {
  const { weights, rates } = fit;
  const { points, run, machine } = commonParts(fit, source);
  return {
    model: 'poisson-mixture',
    ...points,
    ...qualityOf(fit),
    ...run,
    ...boundsOf(fit),
    weights,
    rates,
    ...machine,
  };
}

function mixtureObject(fit: MixtureFit, source: Fitted['source']): object {
  const { covarianceType, weights, means, covariances, noise } = fit;
  const { points, run, machine } = commonParts(fit, source);
  return {
    model: 'gaussian-mixture',
    covarianceType,
    ...points,
    ...qualityOf(fit),
    ...run,
    ...boundsOf(fit),
    ...{ weights, means, covariances },
    ...(noise && { noise }),
    ...machine,
  };
}

function qualityOf({ nComponents, nParameters, logLikelihood, lowerBound, bic, aic, icl }: MixtureFit | PoissonFit) {
  return { nComponents, nParameters, logLikelihood, lowerBound, bic, aic, icl };
}

/** The bounds, which are kept only when asked for. */
function boundsOf({ bounds }: MixtureFit | PoissonFit) {
  return bounds.length > 0 ? { bounds } : {};
}

/** The properties that every fit has. */
function commonParts(fit: AnyFit, source: Fitted['source']) {
  const { nSamples, totalWeight, nFeatures, nIter, nExpectations, converged, history, restarts, warmUp, warnings } =
    fit;
  return {
    points: { nSamples, totalWeight, nFeatures, featureNames: source.featureNames },
    run: {
      ...{ nIter, nExpectations, converged, history: [...history], restarts },
      ...(warmUp && { warmUp }),
      warnings,
    },
    machine: {
      backend: fit.backend,
      adapter: fit.adapter,
      // Loading onto the backend counts as reading.
      seconds: {
        read: source.seconds + fit.seconds.load,
        fit: fit.seconds.fit,
        perIteration: fit.seconds.perIteration,
      },
    },
  };
}

/** JSON on one line. */
export function toLine(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
