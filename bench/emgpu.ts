import type { GaussianMixture, GaussianMixtureJSON, KMeans, KMeansModel, MixtureModel, Points } from 'emgpu';
import type { Contender, Outcome } from './contender.ts';
import type { Place } from './place.ts';
import { type Kind, type Problem, type Tiled, tileOnHost } from './problem.ts';

/** Starts emgpu on points, from equal weights, the given centres and unit covariances, for exactly `maxIter` iterations. */
export function startRun(place: Place, kind: Kind, tiled: Tiled, maxIter: number) {
  const estimator = makeEstimator(place, kind, tiled.block, maxIter);
  return withPoints(place, tiled, async (points) => estimator.start(points));
}

type Run = Awaited<ReturnType<typeof startRun>>;

/** As a fit goes on: one iteration, or many where the device does them in a stretch. How many they were. */
export async function advance(run: Run): Promise<number> {
  const before = run.iteration;
  await run.advance();
  return run.iteration - before;
}

/** Points are freed in one of the next microtasks; what starts next should find their room. */
export async function destroy(run: Run): Promise<void> {
  run.destroy();
  await new Promise((resolve) => setTimeout(resolve));
}

/** emgpu as one that iterates on and on. */
export async function startEmgpu(place: Place, kind: Kind, tiled: Tiled): Promise<Contender> {
  place.device?.openAccount();
  const start = () => startRun(place, kind, tiled, 1_000_000);
  let run = await start();
  let done = 0;
  let stretched = false;
  return {
    name: `emgpu ${place.backend}`,
    version: place.surroundings.version,
    adapter: place.adapter.name,
    precision: place.backend === 'cpu' ? 'float64' : 'float32',
    iterations: () => done,
    stretched: () => stretched,
    // As a fit does: large problems run many iterations without the host, a few more than were asked for. k-means ends, and starts anew.
    async iterate(count) {
      const before = done;
      let ms = 0;
      while (done < before + count) {
        if (run.done) {
          run.destroy();
          run = await start();
        }
        const began = performance.now();
        const steps = await advance(run);
        ms += performance.now() - began;
        done += steps;
        stretched ||= steps > 1;
      }
      return ms / (done - before);
    },
    outcome: async () => outcomeOf(run.model),
    deviceBytes: () => place.device?.peakBytes,
    end: () => destroy(run),
  };
}

/** A whole fit. */
export interface Timed {
  /** Of one iteration, as the fit itself reports it: without loading. */
  readonly ms: number;
  /** Of one iteration, in compute passes; absent where the adapter has no timestamps, or the passes are too many. */
  readonly gpuMs?: number | undefined;
  readonly stretched: boolean;
}

/** One whole fit of exactly `maxIter` iterations; with `clocked` the GPU's clock runs with it. */
export async function fitEmgpu(
  place: Place,
  kind: Kind,
  tiled: Tiled,
  maxIter: number,
  { clocked = false } = {},
): Promise<Timed> {
  const run = await startRun(place, kind, tiled, maxIter);
  let stretched = false;
  const work = async () => {
    while (!run.done) stretched = (await advance(run)) > 1 || stretched;
  };
  const total = clocked ? await place.device?.clock?.measure(work) : await work();
  const fit = await run.finish();
  fit.destroy();
  // The fit counts one more than its M-steps: the first E-step has none.
  const gpuMs = total === undefined ? undefined : total / (fit.nIter + 1);
  return { ms: 1000 * fit.seconds.perIteration, gpuMs, stretched };
}

/** On the GPU the points are made there; emgpu has a copy of its own once `use` is done. */
export async function withPoints<T>({ device }: Place, tiled: Tiled, use: (points: Points) => Promise<T>): Promise<T> {
  const { nFeatures } = tiled.block;
  if (!device) return use({ data: tileOnHost(tiled), nFeatures });
  const buffer = await device.tile(tiled);
  try {
    return await use({ buffer, nSamples: tiled.nSamples, nFeatures });
  } finally {
    buffer.destroy();
  }
}

/** `tol` 0: exactly `maxIter` iterations. */
export function makeEstimator(
  { backend, device, surroundings: { emgpu } }: Place,
  kind: Kind,
  problem: Problem,
  maxIter: number,
): GaussianMixture | KMeans {
  const where = device ? { device: device.device } : { backend };
  const { nFeatures, centers } = problem;
  const K = centers.length;
  if (kind !== 'k-means') {
    const init = startOf(kind, problem);
    return new emgpu.GaussianMixture({ ...where, nComponents: K, covarianceType: kind, init, maxIter, tol: 0 });
  }
  const init = { ...FILE, model: kind, nFeatures, nClusters: K, centers } as const;
  return new emgpu.KMeans({ ...where, nClusters: K, init, maxIter, tol: 0 });
}

const FILE = { format: 'emgpu-model', version: 1 } as const;

/** The mixture that iterations begin with. */
function startOf(covarianceType: Exclude<Kind, 'k-means'>, { nFeatures, centers }: Problem): GaussianMixtureJSON {
  const ones = Array<number>(nFeatures).fill(1);
  const unit = ones.map((_, i) => ones.map((_, j) => (i === j ? 1 : 0)));
  const covariances = {
    full: centers.map(() => unit),
    tied: unit,
    diag: centers.map(() => ones),
    spherical: centers.map(() => 1),
  }[covarianceType];
  const weights = centers.map(() => 1 / centers.length);
  const shape = { covarianceType, nFeatures, nComponents: centers.length };
  return { ...FILE, ...shape, model: 'gaussian-mixture', weights, means: centers, covariances };
}

export function outcomeOf(model: MixtureModel | KMeansModel): Outcome {
  if ('centers' in model) return { means: model.centers.flat() };
  const covariances = (model.covariances as unknown[]).flat(2) as number[];
  return { weights: model.weights, means: model.means.flat(), covariances };
}
