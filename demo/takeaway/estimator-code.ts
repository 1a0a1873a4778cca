import type { ModelChoice } from '../models/choices.ts';
import { DEFAULT_STATE } from './link.ts';
import { literal } from './quoting.ts';

/** What the state does not tell. */
export interface SnippetFacts {
  /** β of soft k-means, per squared unit of the points. Asked for only where there is a soft k-means. */
  readonly stiffness: (model: ModelChoice) => number;
}

/** An estimator of the library as code and as a command. */
export interface EstimatorCode {
  /** The class. */
  readonly name: 'GaussianMixture' | 'KMeans' | 'SoftKMeans';
  /** `new GaussianMixture({ nComponents: 2 })` */
  readonly code: string;
  /** What of the fit is worth printing. */
  readonly results: readonly string[];
  /** `fit` or `kmeans` with its options; absent where the command line has no such model. */
  readonly command?: readonly string[];
}

/** The estimator of a model as the workbench makes it, with the options that differ from the library's defaults. */
export function estimatorCode(model: ModelChoice, { stiffness }: SnippetFacts): EstimatorCode {
  const { kind, k } = model;
  const common = commonOptions(model);
  if (kind === 'k-means') {
    return {
      ...{ name: 'KMeans', code: construct('KMeans', [['nClusters', `${k}`], ...common.code]) },
      results: ['inertia', 'centers'],
      command: ['kmeans', '--clusters', `${k}`, ...common.command],
    };
  }
  const results = ['logLikelihood', 'weights', 'means'];
  if (kind === 'soft-k-means') {
    const options = [['nClusters', `${k}`] as const, ['stiffness', `${stiffness(model)}`] as const, ...common.code];
    return { name: 'SoftKMeans', code: construct('SoftKMeans', options), results };
  }
  const isFull = kind === 'full';
  const shape = isFull ? [] : [['covarianceType', literal(kind)] as const];
  return {
    name: 'GaussianMixture',
    code: construct('GaussianMixture', [['nComponents', `${k}`], ...shape, ...common.code]),
    results,
    command: ['fit', '--components', `${k}`, ...(isFull ? [] : ['--covariance', kind]), ...common.command],
  };
}

type Option = readonly [name: string, code: string];

function construct(name: string, options: readonly Option[]): string {
  return `new ${name}({ ${options.map(([option, code]) => `${option}: ${code}`).join(', ')} })`;
}

/** What all estimators take alike. */
function commonOptions(model: ModelChoice): { readonly code: Option[]; readonly command: string[] } {
  const [usual] = DEFAULT_STATE.models;
  const { seed, tol, restarts, backend } = model;
  const init = startOf(model);
  const told = [
    { code: 'init', flag: '--init', value: literal(init), word: init, isUsual: init === usual.init },
    { code: 'nInit', flag: '--restarts', value: `${restarts}`, isUsual: restarts === usual.restarts },
    { code: 'seed', flag: '--seed', value: `${seed}`, isUsual: seed === usual.seed },
    { code: 'tol', flag: '--tol', value: `${tol}`, isUsual: tol === usual.tol },
    { code: 'backend', flag: '--backend', value: literal(backend), word: backend, isUsual: backend === usual.backend },
  ].filter(({ isUsual }) => !isUsual);
  return {
    code: told.map(({ code, value }) => [code, value]),
    command: told.flatMap(({ flag, value, word = value }) => [flag, word]),
  };
}

/** The start as the estimator names it: k-means knows only two of them, soft k-means has no random responsibilities. */
function startOf({ kind, init }: ModelChoice): string {
  if (kind === 'k-means') return init === 'random' ? 'random' : 'k-means++';
  return kind === 'soft-k-means' && init === 'random' ? 'random-from-data' : init;
}
