import type { HostPoints } from '../../../src/data/points.ts';
import { populationMoments, standardNormal } from '../../../src/families/gaussian.ts';
import { assertClose } from '../assert.ts';
import type { LaneCase, LaneContext } from '../types.ts';
import { cpuBackend, gpuBackend, randomFor } from './gpu.ts';

/** More points than are looked at one by one for their frame. */
const N = 70_001;
const D = 3;

function uniform(context: LaneContext, offset: number): Float64Array {
  const random = randomFor(context.seed, `loading ${offset}`);
  return Float64Array.from({ length: N * D }, () => offset + random.uniform());
}

/** Mean and variance per column as a backend sees them, in data units, means less `offset`. */
async function moments(backend: ReturnType<typeof cpuBackend>, points: HostPoints, offset: number): Promise<number[]> {
  const dataset = await backend.load(points, { scaling: 'per-feature' });
  try {
    const { shift, scale } = dataset.frame;
    const { mean, variance } = populationMoments(await dataset.expectation(standardNormal(dataset.frame)));
    return [...mean.map((m, d) => m * scale[d]! + (shift[d]! - offset)), ...variance.map((v, d) => v * scale[d]! ** 2)];
  } finally {
    dataset.destroy();
  }
}

async function compare(context: LaneContext, what: string, points: HostPoints, offset = 0): Promise<void> {
  const expected = await moments(cpuBackend(), { ...points, data: points.data.slice() }, offset);
  assertClose(await moments(gpuBackend(context), points, offset), expected, { relative: 1e-5 }, what);
}

/** Many points are brought home in the frame of a sample, or all over again where that will not do. */
export const loading: readonly LaneCase[] = [
  {
    name: 'loading: many points, as float32, as float64 far from 0, in shared memory',
    async run(context) {
      const data = Float32Array.from(uniform(context, 100));
      await compare(context, 'float32', { data, nFeatures: D });
      const far = { data: uniform(context, 1e9), nFeatures: D };
      await compare(context, 'float64 at 1e9', far, 1e9);
      if (typeof SharedArrayBuffer === 'undefined') return; // a page that is not isolated has none
      const shared = new Float32Array(new SharedArrayBuffer(data.byteLength));
      shared.set(data);
      await compare(context, 'shared memory', { data: shared, nFeatures: D });
    },
  },
  {
    name: 'loading: a few points far outside of what the sample knew',
    async run(context) {
      const data = Float32Array.from(uniform(context, 0));
      // Between the 64 blocks of 64 rows that are looked at.
      for (let n = 500; n < 520; n++) data[n * D + 1] = 9e18;
      await compare(context, 'outliers', { data, nFeatures: D });
    },
  },
];
