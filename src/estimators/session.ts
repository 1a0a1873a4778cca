import { borrowDevice, openBackend } from '../backends/select.ts';
import type { Frame, Scaling } from '../data/frame.ts';
import { dropMissing } from '../data/missing.ts';
import { checkPoints, countSamples, isDevicePoints, type Points } from '../data/points.ts';
import type { PointStream } from '../data/replay.ts';
import { checkFeatures } from '../em/features.ts';
import { loadIncomplete } from '../em/missing/load.ts';
import { openStreamed } from '../em/streaming/open.ts';
import type { Backend, Dataset, ExpectedPasses, LoadOptions, RunOptions } from '../em/types.ts';
import { EmgpuError } from '../errors.ts';
import { checkBackend, checkChoice } from './options.ts';
import type { CallOptions, DeviceOptions } from './types.ts';

/** What estimators and models accept: points in host memory or on the device, or a stream of chunks that is walked once per pass. */
export type PointSource = Points | PointStream;

export function isStream(source: PointSource): source is PointStream {
  return typeof source === 'object' && source !== null && 'chunks' in source;
}

/** Points that were loaded on a backend. */
export interface Session {
  readonly backend: Backend;
  readonly dataset: Dataset;
  /** How long loading took. */
  readonly seconds: number;
  /** The numbers of the rows that were kept, where some were left out. */
  readonly rowNumbers?: Uint32Array;
}

export interface SessionOptions extends DeviceOptions {
  readonly missing?: 'error' | 'drop' | 'em' | undefined;
  /** The frame to load the points in, where they are to have that of other points. */
  readonly frame?: Frame | undefined;
  /** See `LoadOptions`. */
  readonly bringNear?: boolean | undefined;
  /** See `LoadOptions`. */
  readonly expected?: ExpectedPasses | undefined;
}

/** Loads points on the backend that the options ask for. The caller destroys the dataset. */
export async function openSession(
  source: PointSource,
  scaling: Scaling,
  options: SessionOptions,
  { signal, onProgress }: CallOptions = {},
): Promise<Session> {
  const { backend: choice = 'auto', device, tune = true, missing = 'error' } = options;
  checkSource(source, options);
  checkBackend(choice);
  checkChoice('missing', missing, ['error', 'drop', 'em']);
  const backend = device ? borrowDevice(device) : await openBackend(choice);
  const start = performance.now();
  const load: LoadOptions = {
    ...{ scaling, tune, signal },
    ...(options.frame && { frame: options.frame }),
    ...{ bringNear: options.bringNear, expected: options.expected },
    onProgress: (fraction) => onProgress?.({ stage: 'load', fraction, iteration: 0, restart: 0 }),
  };
  const loaded = isStream(source)
    ? { dataset: await openStreamed(backend, source, { ...load, chunkRows: options.chunkRows }) }
    : await loadPoints(backend, source, missing, load);
  return { backend, ...loaded, seconds: (performance.now() - start) / 1000 };
}

async function loadPoints(
  backend: Backend,
  source: Points,
  missing: 'error' | 'drop' | 'em',
  load: LoadOptions,
): Promise<Pick<Session, 'dataset' | 'rowNumbers'>> {
  if (missing === 'error') return { dataset: await backend.load(source, load) };
  if (isDevicePoints(source))
    refuseOption(`missing: '${missing}'`, 'points in a GPUBuffer', 'Pass the points as an array.');
  if (missing === 'em') {
    const rare = backend.name === 'cpu' ? undefined : await openBackend('cpu');
    return { dataset: await loadIncomplete(backend, source, { ...load, rare }) };
  }
  const kept = dropMissing(source);
  return { dataset: await backend.load(kept.points, load), ...(kept.rowNumbers && { rowNumbers: kept.rowNumbers }) };
}

function checkSource(source: PointSource, { backend, device, missing = 'error' }: SessionOptions): void {
  if (device && backend === 'cpu') refuseOption('A shared device', "backend 'cpu'", 'Leave out one of the two.');
  if (isStream(source)) {
    if (missing !== 'error') {
      refuseOption(`missing: '${missing}'`, 'a stream', "Open the stream with missing: 'drop', or read all of it.");
    }
    return;
  }
  checkPoints(source);
  if (isDevicePoints(source) && !device) {
    throw new EmgpuError(
      'invalid-points',
      'Points in a GPUBuffer can only be read by the device they live on.',
      'Pass that device as the option `device`.',
    );
  }
}

function refuseOption(one: string, other: string, remedy: string): never {
  throw new EmgpuError('invalid-option', `${one} and ${other} exclude each other.`, remedy);
}

/** Opens a session, does something with its dataset and frees it. */
export async function withDataset<T>(
  source: PointSource,
  scaling: Scaling,
  options: SessionOptions & RunOptions,
  use: (dataset: Dataset) => Promise<T>,
): Promise<T> {
  const call = options.signal ? { signal: options.signal } : {};
  const { dataset } = await openSession(source, scaling, options, call);
  try {
    return await use(dataset);
  } finally {
    dataset.destroy();
  }
}

/** The columns of a model. */
export interface Columns {
  /** D */
  readonly nFeatures: number;
  /** D names. */
  readonly featureNames?: readonly string[] | undefined;
}

/** Throws what `checkPoints` throws, and `model-mismatch` unless the points have as many features as the model, and those of its names in its order. */
export function checkFits(source: PointSource, { nFeatures, featureNames }: Columns): void {
  if (!isStream(source)) checkPoints(source);
  const rows = isStream(source) ? 'a stream' : `${countSamples(source)} rows`;
  checkFeatures(nFeatures, source.nFeatures, `the points (${rows})`);
  // Other names may be other names for the same.
  const names = source.featureNames;
  const isOrdered = !names?.every((name) => featureNames?.includes(name)) || `${names}` === `${featureNames}`;
  if (isOrdered) return;
  throw new EmgpuError(
    'model-mismatch',
    `The model was fitted to ${featureNames!.join(', ')}; the points have ${names!.join(', ')}, in that order.`,
    "Pass the columns in the model's order (the option columns of readers).",
  );
}
