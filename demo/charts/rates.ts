import { bytesPerPoint, flopPerPoint } from '../../bench/formulas.ts';
import type { ModelKind } from '../models/choices.ts';
import type { RunFacts } from './types.ts';

/** What an iteration gets done per second. */
export interface IterationRates {
  readonly perSecond: number;
  /** 10⁹ bytes of points read. */
  readonly gbps: number;
  /** 10⁹ floating-point operations. */
  readonly gflops: number;
}

/**
 * Floating-point operations that one iteration needs per point, by the formulas of the benchmark. Shapes that share their variances take
 * every point through the shared factor once, here one multiplication per feature, and are spherical from there on; so is soft k-means.
 */
export function operationsPerPoint(kind: ModelKind, D: number, K: number): number {
  switch (kind) {
    case 'tied-diag':
      return flopPerPoint('spherical', D, K) + D;
    case 'tied-spherical':
    case 'soft-k-means':
      return flopPerPoint('spherical', D, K);
    default:
      return flopPerPoint(kind, D, K);
  }
}

/** Rates by the least work that an iteration needs, whatever the kernels do; undefined before the first iteration. */
export function ratesOf({ kind, nSamples, nFeatures, k, msPerIteration }: RunFacts): IterationRates | undefined {
  if (!msPerIteration) return undefined;
  const perSecond = 1000 / msPerIteration;
  const giga = (perPoint: number) => (nSamples * perPoint * perSecond) / 1e9;
  return {
    perSecond,
    gbps: giga(bytesPerPoint(nFeatures)),
    gflops: giga(operationsPerPoint(kind, nFeatures, k)),
  };
}
