import { borrowDevice, openBackend } from '../backends/select.ts';
import { checkPoints, countSamples, isDevicePoints, type Points } from '../data/points.ts';
import type { Backend, Dataset, Family, RunOptions } from '../em/types.ts';
import { EmgpuError } from '../errors.ts';
import { checkChoice } from './options.ts';
import type { CallOptions, DeviceOptions } from './types.ts';

/** Points at home on a backend, and how they got there. */
export interface Session {
  readonly backend: Backend;
  readonly dataset: Dataset;
  readonly seconds: number;
}

/** Brings points home for a family. The caller destroys the dataset. */
export async function openSession(
  points: Points,
  family: Family<unknown>,
  { backend: choice = 'auto', device, tune = true }: DeviceOptions,
  { signal, onProgress }: CallOptions = {},
): Promise<Session> {
  checkPoints(points);
  checkChoice('backend', choice);
  if (device && choice === 'cpu') {
    throw new EmgpuError(
      'invalid-option',
      "A shared device and backend 'cpu' exclude each other.",
      'Leave out one of the two.',
    );
  }
  if (isDevicePoints(points) && !device) {
    throw new EmgpuError(
      'invalid-points',
      'Points in a GPUBuffer can only be read by the device they live on.',
      'Pass that device as the option `device`.',
    );
  }
  const backend = device ? borrowDevice(device) : await openBackend(choice);
  const start = performance.now();
  const dataset = await backend.load(points, {
    scaling: family.scaling,
    tune,
    signal,
    onProgress: (fraction) => onProgress?.({ stage: 'load', fraction, iteration: 0 }),
  });
  return { backend, dataset, seconds: (performance.now() - start) / 1000 };
}

/** Opens a session, does something with its dataset and frees it. */
export async function withDataset<T>(
  points: Points,
  family: Family<unknown>,
  options: DeviceOptions & RunOptions,
  use: (dataset: Dataset) => Promise<T>,
): Promise<T> {
  const call = options.signal ? { signal: options.signal } : {};
  const { dataset } = await openSession(points, family, options, call);
  try {
    return await use(dataset);
  } finally {
    dataset.destroy();
  }
}

/** Throws `model-mismatch` unless the points have as many features as the model. */
export function checkFits(points: Points, nFeatures: number): void {
  if (points.nFeatures === nFeatures) return;
  throw new EmgpuError(
    'model-mismatch',
    `The model has ${nFeatures} features; the points (${countSamples(points)} rows) have ${points.nFeatures}.`,
    'Choose the columns that the model was fitted to (--columns).',
  );
}
