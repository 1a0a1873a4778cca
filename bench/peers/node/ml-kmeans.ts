/** ml-kmeans on one thread of this process, in float64. */
import { cpus } from 'node:os';
import { load, versionOf } from './load.ts';
import { type Runner, serve, type Task } from './serve.ts';

interface Library {
  kmeansGenerator(
    points: number[][],
    K: number,
    options: { initialization: number[][]; maxIterations: number; tolerance: number },
  ): Generator<{ readonly centroids: number[][] }>;
}

async function start({ data, nSamples, nFeatures, centers }: Task): Promise<Runner> {
  const { kmeansGenerator } = await load<Library>('ml-kmeans');
  const points = Array.from({ length: nSamples }, (_, n) =>
    Array.from(data.subarray(n * nFeatures, (n + 1) * nFeatures)),
  );
  // A negative tolerance never counts as converged, so that it iterates as often as it is asked to.
  const begin = () =>
    kmeansGenerator(points, centers.length, { initialization: centers, maxIterations: Infinity, tolerance: -1 });
  let model = { centroids: centers };
  begin().next(); // the compiler sees the code
  const steps = begin();
  return {
    version: versionOf('ml-kmeans'),
    adapter: `${cpus()[0]?.model}, 1 thread`,
    precision: 'float64',
    async iterate(count) {
      const began = performance.now();
      for (let i = 0; i < count; i++) model = steps.next().value;
      return (performance.now() - began) / count;
    },
    outcome: async () => ({ means: model.centroids.flat() }),
  };
}

await serve({ start });
