import fc from 'fast-check';
import { expect, test } from 'vitest';
import { featurePlace, shapeOf, TILE } from '../../src/backends/webgpu/shape.ts';
import { bytesPerPoint } from '../../src/backends/webgpu/windows.ts';

test('the numbers of a tile have a place each, and there are no other places', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 128 }), (D) => {
      const shape = shapeOf(D);
      const taken = new Set<number>();
      for (let d = 0; d < D; d++) {
        const { offset, stride } = featurePlace(shape, d);
        for (let n = 0; n < TILE; n++) taken.add(offset + n * stride);
      }
      expect(taken.size).toBe(D * TILE);
      expect(Math.max(...taken)).toBe(D * TILE - 1);
      expect(bytesPerPoint(shape)).toBe(D * 4);
    }),
    { numRuns: 20 },
  );
});
