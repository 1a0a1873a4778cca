import { describe, expect, test } from 'vitest';
import { kernelFor } from '../../src/backends/webgpu/kernels.ts';
import { packDiag, packVectors } from '../../src/backends/webgpu/pack.ts';
import { shapeOf } from '../../src/backends/webgpu/shape.ts';
import type { KernelParameters } from '../../src/em/types.ts';

/** What `packDiag` makes of precisions. */
const BASE2 = Math.sqrt(Math.LOG2E / 2);

test('a component as wide as float32 cannot tell has the density of noise: no precision, and no rounding of it', () => {
  for (const width of [1e-30, 1e-100, 1e-300, 0]) {
    const wide: KernelParameters = {
      ...{ kind: 'spherical', nComponents: 2, nFeatures: 3, means: new Float64Array(6) },
      ...{ precisionsCholesky: Float64Array.of(width, 1), logNormalizers: Float64Array.of(-500, -1) },
    };
    expect(packDiag(wide, shapeOf(3)).data.every(Number.isFinite)).toBe(true);
  }
});

describe('parameters of families beyond the Gaussian', () => {
  test('are laid out as means, vectors and normalizers, as those of diagonal models are', () => {
    for (const [D, K] of [
      [1, 1],
      [2, 3],
      [5, 4],
      [128, 100],
    ] as const) {
      // Whole numbers and powers of two: nothing is lost in float32.
      const means = Float64Array.from({ length: K * D }, (_, i) => i % 11);
      const precisionsCholesky = Float64Array.from(
        { length: K * D },
        (_, i) => Math.fround(BASE2 * 2 ** (i % 3)) / BASE2,
      );
      const logNormalizers = Float64Array.from({ length: K }, (_, k) => -k);
      const diag: KernelParameters = {
        ...{ kind: 'diag', nComponents: K, nFeatures: D },
        ...{ means, precisionsCholesky, logNormalizers },
      };
      const vectors = [new Float64Array(K * D), precisionsCholesky.map((u) => BASE2 * u)];
      const shape = shapeOf(D);
      const packed = packVectors({ ...diag, kind: 'other', precisionsCholesky: new Float64Array(0), vectors }, shape);
      const expected = packDiag(diag, shape);
      expect(packed.batches).toEqual(expected.batches);
      expect(packed.offset).toBe(expected.offset);
      const off = packed.data.map((x, i) => Math.abs(x - expected.data[i]!) / (1 + Math.abs(x)));
      expect(Math.max(...off)).toBeLessThan(1e-6);
    }
  });

  test('come with one kernel per kind, the sums of diagonal models, and no M-step on the device', () => {
    const parameters = { kind: 'other' } as KernelParameters;
    const kernel = kernelFor(parameters);
    expect(kernelFor({ ...parameters })).toBe(kernel);
    expect(kernel).toMatchObject({ expectation: 'log-density-other', moments: 'moments-diag', second: 'each' });
    expect(kernel.finalize).toBeUndefined();
  });
});
