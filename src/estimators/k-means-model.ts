import { type Frame, isRounding } from '../data/frame.ts';
import { frameOfComponents } from '../data/frame-sample.ts';
import type { ResidentPoints } from '../em/resident.ts';
import { checkInRange } from '../em/statistics.ts';
import type { Dataset } from '../em/types.ts';
import { type KMeansParameters, kMeansFamily, type Metric } from '../families/k-means.ts';
import type { ComponentColors } from './colors.ts';
import { bringToLengthOne, normalizeRows } from './directions.ts';
import { distancesToCenters, type NearestCenters, nearestCenters } from './distances.ts';
import { checkArray, checkKind, checkNames, checkSizes, flatten, nest, refuse } from './model-json.ts';
import { PointModel, type ScoreOptions } from './point-model.ts';
import type { PointSource } from './session.ts';
import type { ColorOptions, FitRecord, KMeansJSON, ReadOptions } from './types.ts';

export type KMeansParts = Omit<KMeansJSON, 'format' | 'version' | 'model'>;

/** Cluster centres, in data units. It holds no device memory. */
export class KMeansModel extends PointModel<KMeansParameters> {
  /** K */
  readonly nClusters: number;
  /** D */
  readonly nFeatures: number;
  /** `[K][D]`; of length 1 where `metric` is `cosine`. */
  readonly centers: number[][];
  readonly metric: Metric;

  /** Takes the parts unchecked; for parts that emgpu did not compute use {@link fromJSON}, which checks them. */
  constructor({ nClusters, nFeatures, featureNames, centers, metric = 'euclidean' }: KMeansParts) {
    super(featureNames);
    this.nClusters = nClusters;
    this.nFeatures = nFeatures;
    this.centers = centers.map((center) => [...center]);
    this.metric = metric;
  }

  /** A model from what {@link toJSON} gave, or from one written by hand. Throws `invalid-model`. */
  static fromJSON(json: unknown): KMeansModel {
    return new KMeansModel(checkKMeans(json));
  }

  /** The model file. */
  toJSON(): KMeansJSON {
    const { nFeatures, nClusters, featureNames, centers, metric } = this;
    return {
      format: 'emgpu-model',
      version: 1,
      model: 'k-means',
      nFeatures,
      nClusters,
      ...(featureNames && { featureNames }),
      centers,
      ...(metric === 'cosine' && { metric }),
    };
  }

  /** N labels: the nearest centre; with the metric `cosine` rows are divided by their lengths first. Without points, for those it was fitted to. */
  override predict(points?: PointSource, options: ScoreOptions = {}): Promise<Uint32Array> {
    return super.predict(this.#prepared(points), options);
  }

  /** The inertia of points: the weighted sum of squared distances to the nearest centre. Without points, for those it was fitted to. */
  evaluate(
    points?: PointSource,
    options: ScoreOptions = {},
  ): Promise<{ nSamples: number; totalWeight: number; inertia: number }> {
    return this.over(this.#prepared(points), options, async (dataset, run) => {
      const statistics = await dataset.expectation(this.packFor(dataset), run);
      checkInRange(statistics);
      const { objective, nSamples, totalWeight } = statistics;
      return { nSamples, totalWeight, inertia: kMeansFamily.report(objective, dataset.frame) };
    });
  }

  /** N × K distances of points to the centres, row-major: Euclidean, or 1 − cos with the metric `cosine`. The points must be in host memory. */
  transform(points: PointSource, options: ReadOptions = {}): Promise<Float64Array> {
    return distancesToCenters(this, points, options);
  }

  /** The `count` nearest centres of each point and their distances, the nearest first; the lowest index among equals. */
  nearestCenters(points: PointSource, count: number, options: ReadOptions = {}): Promise<NearestCenters> {
    return nearestCenters(this, points, count, options);
  }

  /** @internal */
  protected override get family() {
    return kMeansFamily;
  }

  /** @internal The frame of the centres, where they differ by more than rounding. */
  protected override frameOfModel(): Frame | undefined {
    const { nClusters: K, nFeatures: D } = this;
    const { centers } = this.flatten();
    const mean = new Float64Array(D);
    centers.forEach((c, i) => {
      mean[i % D]! += c / K;
    });
    const variance = new Float64Array(D);
    centers.forEach((c, i) => {
      variance[i % D]! += (c - mean[i % D]!) ** 2 / K;
    });
    if (variance.every((v, d) => isRounding(v, mean[d]!))) return undefined;
    const weights = new Float64Array(K).fill(1);
    return frameOfComponents({ mean, variance }, this.family.scaling, { weights, means: centers });
  }

  /** @internal */
  protected override flatten(): KMeansParameters {
    return toCenters(this);
  }

  #prepared(points: PointSource | undefined): PointSource | undefined {
    return points && this.metric === 'cosine' ? normalizeRows(points) : points;
  }
}

function checkKMeans(json: unknown): KMeansJSON {
  const file = checkKind(json, 'k-means');
  const { K, D } = checkSizes(file, 'nClusters');
  checkNames(file.featureNames, D);
  checkArray('centers', file.centers, [K, D]);
  if (![undefined, 'euclidean', 'cosine'].includes(file.metric as string | undefined))
    refuse(`metric must be "euclidean" or "cosine", got ${JSON.stringify(file.metric)}`);
  if (file.metric === 'cosine') {
    const none = (file.centers as number[][]).findIndex((center) => center.every((c) => c === 0));
    if (none >= 0) refuse(`centers[${none}] is 0 everywhere, which is no direction for the metric "cosine"`);
  }
  return file as unknown as KMeansJSON;
}

/** What every fit of k-means reports besides its centres. */
export interface KMeansRecord extends FitRecord {
  /** Weighted sum of squared distances to the nearest centre, squared data units; metric `cosine`: `Σ 2 − 2 cos`. */
  readonly inertia: number;
  /** Inertia after 0, 1, … `nIter` M-steps. */
  readonly history: readonly number[];
}

// Merged with the class below: tells TypeScript of the record's properties, which its constructor assigns.
export interface KMeansFit extends KMeansRecord {}

/**
 * Fitted clusters. It keeps the points it was fitted to on the backend, so that reading out costs one pass; `destroy()` frees
 * them, after which centres and inertia remain.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor assigns all of the record.
export class KMeansFit extends KMeansModel {
  /** @internal */
  constructor(parts: KMeansParts, record: KMeansRecord, dataset: Dataset) {
    super(parts);
    Object.assign(this, record);
    this.keepPoints(dataset);
  }

  /** N uint32 labels of the fitted points in a new buffer on the same device, which the caller owns. */
  labelsBuffer(options: ReadOptions = {}): Promise<GPUBuffer> {
    return this.readToBuffer('labels', options);
  }

  /**
   * Colours of the fitted points on their device, for drawing: N rgba8 numbers (red in the lowest byte, alpha 0). Each point has the colour of
   * its nearest centre, from the given `[K][3]`. Written to a new buffer that the caller owns (usage `STORAGE | COPY_SRC | COPY_DST`), or to
   * `into`. Rejects with `invalid-option` where the points are not on a device.
   */
  colorsBuffer(colors: ComponentColors, options: ColorOptions = {}): Promise<GPUBuffer> {
    return this.blend(colors, options);
  }

  /** The colours of {@link colorsBuffer} in host memory, wherever the points are. */
  colors(colors: ComponentColors, options: ReadOptions = {}): Promise<Uint32Array> {
    return this.blendToHost(colors, options);
  }

  /**
   * The fitted points in the device's memory, to draw from; undefined where they are not all there: on the CPU, and of streams. Do not write to
   * them; they are gone after `destroy()`, and then this throws `destroyed`. Throws `device-lost` when the device is.
   */
  residentPoints(): ResidentPoints | undefined {
    return this.home().resident?.();
  }

  /** Frees the points. Centres, inertia and everything that is given points remain usable. */
  destroy(): void {
    this.home().destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** Flat centres in data units, for the family; with the metric `cosine` only their directions count. */
export function toCenters({
  nClusters,
  centers,
  metric,
}: Pick<KMeansJSON, 'nClusters' | 'centers' | 'metric'>): KMeansParameters {
  const flat = flatten(centers);
  if (metric === 'cosine') {
    const D = flat.length / nClusters;
    for (let from = 0; from < flat.length; from += D) bringToLengthOne(flat.subarray(from, from + D));
  }
  return { nClusters, centers: flat };
}

/** The public form of a family's parameters in data units. */
export function fromCenters(
  { nClusters, centers }: KMeansParameters,
  featureNames: readonly string[] | undefined,
  metric: Metric,
): KMeansParts {
  const nFeatures = centers.length / nClusters;
  return {
    nClusters,
    nFeatures,
    ...(featureNames && { featureNames }),
    centers: nest(centers, [nClusters, nFeatures]) as number[][],
    metric,
  };
}
