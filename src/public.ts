/// <reference lib="esnext.disposable" preserve="true" />
// What every entry of the package exports. Its types name `Symbol.dispose`, which programs with an older `lib` lack.

export { type BackendChoice, type BackendReport, describeBackends, releaseBackends } from './backends/select.ts';
export { workDone } from './backends/waiting.ts';
export type { AdapterReport } from './backends/webgpu/device.ts';
export type { TunedStage } from './backends/webgpu/tuning-file.ts';
export type { DevicePoints, HostPoints, Points, Weights } from './data/points.ts';
export {
  type ChunkOptions,
  type OpenedSource,
  type OpenStreamOptions,
  type PointStream,
  type SourceOpener,
  type StreamPiece,
  type StreamPieces,
  type StreamShape,
  streamFrom,
} from './data/stream.ts';
export type { Missing } from './data/table.ts';
export type { Bound, BoundStep } from './em/bound.ts';
export type { ResidentPoints, ResidentWindow } from './em/resident.ts';
export { EmgpuError, type ErrorCode } from './errors.ts';
export { type AnnealOptions, type AnnealStage, anneal } from './estimators/anneal.ts';
export { blendColors, type ComponentColors } from './estimators/colors.ts';
export type { NearestCenters } from './estimators/distances.ts';
export { Estimator } from './estimators/estimator.ts';
export { FitRun, type FitState } from './estimators/fit-run.ts';
export { GaussianMixture, type MixtureRun } from './estimators/gaussian-mixture.ts';
export {
  type DensityGrid,
  densityGrid,
  densityGridBuffer,
  densityGridTexture,
  type GridAxis,
  type GridDeviceOptions,
} from './estimators/grid.ts';
export type { FisherInformation } from './estimators/information.ts';
export { KMeans, type KMeansRun } from './estimators/k-means.ts';
export { KMeansFit, KMeansModel, type KMeansParts, type KMeansRecord } from './estimators/k-means-model.ts';
export { conditional, type Feature, marginal } from './estimators/marginal.ts';
export type { BoundOptions, MixtureScore } from './estimators/mixture-base.ts';
export { MixtureFit, type MixtureRecord } from './estimators/mixture-fit.ts';
export { MixtureModel, type MixtureParts } from './estimators/mixture-model.ts';
export { type AnyModel, type ModelJSON, modelFromJSON } from './estimators/model.ts';
export type { NaturalGradient, ParameterValues } from './estimators/natural-gradient.ts';
export type { ScoreOptions } from './estimators/point-model.ts';
export {
  PoissonFit,
  PoissonMixture,
  type PoissonMixtureJSON,
  type PoissonMixtureOptions,
  PoissonModel,
  type PoissonParts,
  type PoissonRun,
} from './estimators/poisson-mixture.ts';
export {
  type Criterion,
  type SelectCall,
  type Selection,
  type SelectionRow,
  type SelectOptions,
  select,
  selectFrom,
} from './estimators/select.ts';
export type { PointSource } from './estimators/session.ts';
export { SoftKMeans, type SoftKMeansOptions } from './estimators/soft-k-means.ts';
export type {
  AccelerationChoice,
  CallOptions,
  ColorOptions,
  Covariances,
  CovarianceType,
  DeviceOptions,
  FitRecord,
  FitWarning,
  Freezable,
  GaussianMixtureJSON,
  GaussianMixtureOptions,
  IterationOptions,
  KMeansJSON,
  KMeansOptions,
  Metric,
  MixtureOptions,
  MixtureStart,
  NoiseOptions,
  PriorOptions,
  Progress,
  ReadOptions,
  Restart,
} from './estimators/types.ts';
export type { KMeansParameters } from './families/k-means.ts';
export type { MixtureParameters } from './families/parameters.ts';
export type { PoissonParameters } from './families/poisson.ts';
export {
  adjustedRandIndex,
  type Contingency,
  type ContingencyCell,
  contingency,
  normalizedMutualInformation,
} from './judging/agreement.ts';
export {
  type ComponentModel,
  type ComponentParameters,
  type ComponentSummary,
  componentTable,
  type Overlap,
} from './judging/components.ts';
export { type HeldOut, type KFoldOptions, type KFoldScore, kFoldScore, splitFolds } from './judging/folds.ts';
export type { Label, Labels } from './judging/labels.ts';
export { type ClusterSilhouette, type Silhouette, type SilhouetteOptions, silhouette } from './judging/silhouette.ts';
