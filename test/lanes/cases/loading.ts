import type { HostPoints, Points } from '../../../src/data/points.ts';
import { populationMoments, standardNormal } from '../../../src/families/gaussian.ts';
import { assert, assertClose } from '../assert.ts';
import type { LaneCase, LaneContext } from '../types.ts';
import { cpuBackend, gpuBackend, randomFor, rowsBuffer } from './gpu.ts';

/** More points than are looked at one by one for their frame. */
const N = 70_001;
const D = 3;

function uniform(context: LaneContext, offset: number): Float64Array {
  const random = randomFor(context.seed, `loading ${offset}`);
  return Float64Array.from({ length: N * D }, () => offset + random.uniform());
}

/** Mean and variance per column as a backend sees them, in data units, means less `offset`. */
async function moments(backend: ReturnType<typeof cpuBackend>, points: Points, offset: number): Promise<number[]> {
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
  {
    name: 'loading: large numbers in a buffer, as times since 1970 are',
    async run(context) {
      const n = 2000;
      const small = uniform(context, 1).subarray(0, n * D);
      const data = Float32Array.from(small, (x, i) => x * [1e13, 1e30, 1e-30][i % D]!);
      const buffer = rowsBuffer(context.device, data);
      const expected = await moments(cpuBackend(), { data, nFeatures: D }, 0);
      const actual = await moments(gpuBackend(context), { buffer, nSamples: n, nFeatures: D }, 0);
      assertClose(actual, expected, { relative: 1e-5 }, `moments, seed ${context.seed}`);
      buffer.destroy();
    },
  },
  {
    name: 'loading: one number far from all others costs them no digits',
    async run(context) {
      const small = uniform(context, 1000);
      for (const n of [2000, N]) {
        const data = Float32Array.from(small.subarray(0, n * D));
        data[1] = 1e12;
        const buffer = rowsBuffer(context.device, data);
        for (const points of [
          { data, nFeatures: D },
          { buffer, nSamples: n, nFeatures: D },
        ]) {
          const dataset = await gpuBackend(context).load(points, { scaling: 'per-feature' });
          const { shift, scale } = dataset.frame;
          const among = Math.abs(shift[1]! - 1000.5);
          assert(among < 1, `the middle is ${among} off, seed ${context.seed}`);
          const rows = await dataset.rows(Uint32Array.from({ length: 100 }, (_, i) => i + 1));
          const off = rows.map((z, i) => Math.abs(z * scale[i % D]! + shift[i % D]! - data[i + D]!));
          dataset.destroy();
          const worst = Math.max(...off);
          assert(
            worst < 1e-6,
            `of ${n} rows, ${'buffer' in points ? 'buffer' : 'array'}: off by ${worst}, seed ${context.seed}`,
          );
        }
        buffer.destroy();
      }
    },
  },
  {
    name: 'loading: rows are read back in pieces',
    async run(context) {
      const [n, width] = [70_001, 64];
      const data = new Float32Array(n * width).map((_, i) => (i % 8191) - (i % 127));
      const dataset = await gpuBackend(context).load({ data, nFeatures: width }, { scaling: 'per-feature' });
      const indices = Uint32Array.from({ length: n }, (_, i) => n - 1 - i);
      const { shift, scale } = dataset.frame;
      const rows = await dataset.rows(indices);
      const worst = rows.reduce((most, z, i) => {
        const d = i % width;
        const x = data[indices[Math.floor(i / width)]! * width + d]!;
        return Math.max(most, Math.abs(z - (x - shift[d]!) / scale[d]!));
      }, 0);
      assert(worst < 1e-5, `rows are off by ${worst}`);
      dataset.destroy();
    },
  },
];
