import type { Points } from '../data/points.ts';
import type { Dataset, Readout, ReadoutKind } from '../em/types.ts';
import { EmgpuError } from '../errors.ts';
import { MixtureModel, type MixtureScore, type ScoreOptions, scoreOf } from './mixture-model.ts';
import type { FitRecord, FitWarning, GaussianMixtureJSON, ReadOptions } from './types.ts';

/**
 * A fitted mixture. It keeps the points it was fitted to on the backend, so that reading out costs one pass; `destroy()` frees
 * them, after which parameters and scores remain.
 */
export class MixtureFit extends MixtureModel implements FitRecord, MixtureScore {
  readonly nSamples: number;
  /** Total log-likelihood of these parameters, natural logarithm, in data units. */
  readonly logLikelihood: number;
  /** Mean log-likelihood per point. */
  readonly lowerBound: number;
  readonly bic: number;
  readonly aic: number;
  /** M-steps done. */
  readonly nIter: number;
  readonly converged: boolean;
  /** Total log-likelihood after 0, 1, … `nIter` M-steps. */
  readonly history: readonly number[];
  readonly warnings: readonly FitWarning[];
  readonly backend: 'webgpu' | 'cpu';
  readonly adapter: string;
  readonly backendReason: string;
  readonly seconds: FitRecord['seconds'];
  readonly #dataset: Dataset;

  /** @internal */
  constructor(
    parts: Omit<GaussianMixtureJSON, 'format' | 'version' | 'model'>,
    history: readonly number[],
    record: FitRecord,
    dataset: Dataset,
  ) {
    super(parts);
    const score = scoreOf(history.at(-1)!, record.nSamples, this.nParameters);
    this.nSamples = record.nSamples;
    this.logLikelihood = score.logLikelihood;
    this.lowerBound = score.lowerBound;
    this.bic = score.bic;
    this.aic = score.aic;
    this.nIter = record.nIter;
    this.converged = record.converged;
    this.history = [...history];
    this.warnings = record.warnings;
    this.backend = record.backend;
    this.adapter = record.adapter;
    this.backendReason = record.backendReason;
    this.seconds = record.seconds;
    this.#dataset = dataset;
  }

  /** As in {@link MixtureModel.predict}; without points, of those it was fitted to. */
  override predict(points?: Points, options: ScoreOptions = {}): Promise<Uint32Array> {
    return points ? super.predict(points, options) : this.#readOwn('labels', options);
  }

  /** As in {@link MixtureModel.predictProba}; without points, of those it was fitted to. */
  override predictProba(points?: Points, options: ScoreOptions = {}): Promise<Float32Array | Float64Array> {
    return points ? super.predictProba(points, options) : this.#readOwn('responsibilities', options);
  }

  /** As in {@link MixtureModel.scoreSamples}; without points, of those it was fitted to. */
  override scoreSamples(points?: Points, options: ScoreOptions = {}): Promise<Float32Array | Float64Array> {
    return points ? super.scoreSamples(points, options) : this.#readOwn('logDensities', options);
  }

  /** N uint32 labels of the fitted points in a new buffer on the same device, which the caller owns. */
  labelsBuffer(options: ReadOptions = {}): Promise<GPUBuffer> {
    return this.#readToBuffer('labels', options);
  }

  /** N × K float32 responsibilities of the fitted points, row-major, in a new buffer that the caller owns. */
  responsibilitiesBuffer(options: ReadOptions = {}): Promise<GPUBuffer> {
    return this.#readToBuffer('responsibilities', options);
  }

  /** N float32 log-densities of the fitted points in a new buffer that the caller owns. */
  logDensitiesBuffer(options: ReadOptions = {}): Promise<GPUBuffer> {
    return this.#readToBuffer('logDensities', options);
  }

  /** Frees the points. Parameters, scores and everything that is given points remain usable. */
  destroy(): void {
    this.#dataset.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  #readOwn<Kind extends ReadoutKind>(what: Kind, { signal }: ReadOptions): Promise<Readout[Kind]> {
    return this.#dataset.read(what, this.packFor(this.#dataset), { signal });
  }

  #readToBuffer(what: ReadoutKind, { signal }: ReadOptions): Promise<GPUBuffer> {
    return readBuffer(this.#dataset, (dataset) => dataset.readToBuffer?.(what, this.packFor(dataset), { signal }));
  }
}

/** Rejects with `invalid-option` where the dataset is not on a device. */
export function readBuffer(
  dataset: Dataset,
  read: (dataset: Dataset) => Promise<GPUBuffer> | undefined,
): Promise<GPUBuffer> {
  const buffer = read(dataset);
  if (buffer) return buffer;
  return Promise.reject(
    new EmgpuError(
      'invalid-option',
      'The CPU backend has no GPU buffers to give.',
      'Use predict(), predictProba() or scoreSamples().',
    ),
  );
}
