import type { GaussianMixture, GaussianMixtureJSON, KMeans, KMeansModel, MixtureModel, Points } from 'emgpu';
import type { Contender, Outcome } from './contender.ts';
import type { Place } from './place.ts';
import { type Kind, type Problem, type Tiled, tileOnHost } from './problem.ts';

/** Starts emgpu on points, from equal weights, the given centres and unit covariances. */
export async function startEmgpu(place: Place, kind: Kind, tiled: Tiled): Promise<Contender> {
  place.device?.openAccount();
  const estimator = makeEstimator(place, kind, tiled.block, 1_000_000);
  const start = () => withPoints(place, tiled, async (points) => estimator.start(points));
  let run = await start();
  let done = 0;
  return {
    name: `emgpu ${place.backend}`,
    version: place.surroundings.version,
    adapter: place.adapter.name,
    precision: place.backend === 'cpu' ? 'float64' : 'float32',
    iterations: () => done,
    // As a fit does: large problems run many iterations without the host, a few more than were asked for. k-means ends, and starts anew.
    async iterate(count) {
      const before = done;
      let ms = 0;
      while (done < before + count) {
        if (run.done) {
          run.destroy();
          run = await start();
        }
        const at = run.iteration;
        const began = performance.now();
        await run.advance();
        ms += performance.now() - began;
        done += run.iteration - at;
      }
      return ms / (done - before);
    },
    outcome: async () => outcomeOf(run.model),
    deviceBytes: () => place.device?.peakBytes,
    async end() {
      run.destroy();
      // Points are freed in one of the next microtasks; what starts next should find their room.
      await new Promise((resolve) => setTimeout(resolve));
    },
  };
}

/** One whole fit of exactly `maxIter` iterations: the ms of one, as the fit itself reports them, and the model. */
export async function fitEmgpu(
  place: Place,
  kind: Kind,
  tiled: Tiled,
  maxIter: number,
): Promise<{ ms: number; outcome: Outcome }> {
  const estimator = makeEstimator(place, kind, tiled.block, maxIter);
  const fit = await withPoints(place, tiled, async (points) => estimator.fit(points));
  fit.destroy();
  return { ms: 1000 * fit.seconds.perIteration, outcome: outcomeOf(fit) };
}

/** On the GPU the points are made there; emgpu has a copy of its own once `use` is done. */
async function withPoints<T>({ device }: Place, tiled: Tiled, use: (points: Points) => Promise<T>): Promise<T> {
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

function outcomeOf(model: MixtureModel | KMeansModel): Outcome {
  if ('centers' in model) return { means: model.centers.flat() };
  const covariances = (model.covariances as unknown[]).flat(2) as number[];
  return { weights: model.weights, means: model.means.flat(), covariances };
}
