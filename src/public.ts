// What every entry of the package exports.

export { type BackendChoice, type BackendReport, describeBackends, releaseBackends } from './backends/select.ts';
export type { AdapterReport } from './backends/webgpu/device.ts';
export type { TunedStage } from './backends/webgpu/tuning-file.ts';
export type { DevicePoints, HostPoints, Points } from './data/points.ts';
export { EmgpuError, type ErrorCode } from './errors.ts';
export { FitRun, type FitState } from './estimators/fit-run.ts';
export { GaussianMixture, type MixtureRun } from './estimators/gaussian-mixture.ts';
export { KMeans, type KMeansRun } from './estimators/k-means.ts';
export { KMeansFit, KMeansModel } from './estimators/k-means-model.ts';
export { MixtureFit } from './estimators/mixture-fit.ts';
export { MixtureModel, type MixtureScore, type ScoreOptions } from './estimators/mixture-model.ts';
export { modelFromJSON } from './estimators/model.ts';
export type {
  CallOptions,
  Covariances,
  CovarianceType,
  DeviceOptions,
  FitRecord,
  FitWarning,
  GaussianMixtureJSON,
  GaussianMixtureOptions,
  KMeansJSON,
  KMeansOptions,
  ModelJSON,
  Progress,
  ReadOptions,
} from './estimators/types.ts';
