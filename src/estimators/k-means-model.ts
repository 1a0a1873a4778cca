import { countSamples, type Points } from '../data/points.ts';
import type { Dataset, Family } from '../em/types.ts';
import { EmgpuError } from '../errors.ts';
import { type KMeansParameters, kMeansFamily } from '../families/k-means.ts';
import { readBuffer } from './mixture-fit.ts';
import type { ScoreOptions } from './mixture-model.ts';
import { checkModelJSON, flatten, nest } from './model-json.ts';
import { checkFits, withDataset } from './session.ts';
import type { FitRecord, FitWarning, KMeansJSON, ReadOptions } from './types.ts';

type KMeansParts = Omit<KMeansJSON, 'format' | 'version' | 'model'>;

/** Cluster centres, in data units. It holds no device memory. */
export class KMeansModel {
  /** K */
  readonly nClusters: number;
  /** D */
  readonly nFeatures: number;
  readonly featureNames?: readonly string[];
  /** `[K][D]` */
  readonly centers: number[][];

  constructor({ nClusters, nFeatures, featureNames, centers }: KMeansParts) {
    this.nClusters = nClusters;
    this.nFeatures = nFeatures;
    if (featureNames) this.featureNames = featureNames;
    this.centers = centers.map((center) => [...center]);
  }

  /** A model from what {@link toJSON} gave, or from one written by hand. Throws `invalid-model`. */
  static fromJSON(json: unknown): KMeansModel {
    const checked = checkModelJSON(json);
    if (checked.model !== 'k-means') {
      throw new EmgpuError(
        'invalid-model',
        `A k-means model was expected, got ${checked.model}.`,
        'Use MixtureModel.fromJSON or modelFromJSON.',
      );
    }
    return new KMeansModel(checked);
  }

  /** The model file. */
  toJSON(): KMeansJSON {
    const { nFeatures, nClusters, featureNames, centers } = this;
    return {
      format: 'emgpu-model',
      version: 1,
      model: 'k-means',
      nFeatures,
      nClusters,
      ...(featureNames && { featureNames }),
      centers,
    };
  }

  /** N labels: the nearest centre, the lowest index among equals. */
  async predict(points: Points, options: ScoreOptions = {}): Promise<Uint32Array> {
    checkFits(points, this.nFeatures);
    return withDataset(points, family, options, (dataset) =>
      dataset.read('labels', this.packFor(dataset), { signal: options.signal }),
    );
  }

  /** The inertia of these points: the sum of squared distances to the nearest centre. */
  async evaluate(points: Points, options: ScoreOptions = {}): Promise<{ nSamples: number; inertia: number }> {
    checkFits(points, this.nFeatures);
    const inertia = await withDataset(points, family, options, async (dataset) => {
      const { objective } = await dataset.expectation(this.packFor(dataset), { signal: options.signal });
      return kMeansFamily.report(objective, dataset.frame);
    });
    return { nSamples: countSamples(points), inertia };
  }

  /** @internal Kernel parameters in a dataset's frame. */
  protected packFor({ frame }: Dataset) {
    return kMeansFamily.pack(kMeansFamily.toFrame(toCenters(this), frame), frame);
  }
}

const family = kMeansFamily as Family<unknown>;

/**
 * Fitted clusters. It keeps the points it was fitted to on the backend, so that reading out costs one pass; `destroy()` frees
 * them, after which centres and inertia remain.
 */
export class KMeansFit extends KMeansModel implements FitRecord {
  readonly nSamples: number;
  /** Sum of squared distances to the nearest centre, squared data units. */
  readonly inertia: number;
  /** M-steps done. */
  readonly nIter: number;
  readonly converged: boolean;
  /** Inertia after 0, 1, … `nIter` M-steps. */
  readonly history: readonly number[];
  readonly warnings: readonly FitWarning[];
  readonly backend: 'webgpu' | 'cpu';
  readonly adapter: string;
  readonly backendReason: string;
  readonly seconds: FitRecord['seconds'];
  readonly #dataset: Dataset;

  /** @internal */
  constructor(parts: KMeansParts, history: readonly number[], record: FitRecord, dataset: Dataset) {
    super(parts);
    this.nSamples = record.nSamples;
    this.inertia = history.at(-1)!;
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

  /** As in {@link KMeansModel.predict}; without points, of those it was fitted to. */
  override predict(points?: Points, options: ScoreOptions = {}): Promise<Uint32Array> {
    if (points) return super.predict(points, options);
    return this.#dataset.read('labels', this.packFor(this.#dataset), { signal: options.signal });
  }

  /** N uint32 labels of the fitted points in a new buffer on the same device, which the caller owns. */
  labelsBuffer({ signal }: ReadOptions = {}): Promise<GPUBuffer> {
    return readBuffer(this.#dataset, (dataset) => dataset.readToBuffer?.('labels', this.packFor(dataset), { signal }));
  }

  /** Frees the points. Centres, inertia and everything that is given points remain usable. */
  destroy(): void {
    this.#dataset.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** Flat centres in data units, for the family. */
export function toCenters({ nClusters, centers }: Pick<KMeansJSON, 'nClusters' | 'centers'>): KMeansParameters {
  return { nClusters, centers: flatten(centers) };
}

/** The public form of a family's parameters in data units. */
export function fromCenters(
  { nClusters, centers }: KMeansParameters,
  featureNames: readonly string[] | undefined,
): KMeansParts {
  const nFeatures = centers.length / nClusters;
  return {
    nClusters,
    nFeatures,
    ...(featureNames && { featureNames }),
    centers: nest(centers, [nClusters, nFeatures]) as number[][],
  };
}
