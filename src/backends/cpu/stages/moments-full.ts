import type { KernelParameters } from '../../../em/types.ts';
import { LongSums } from '../long-sums.ts';
import { GROUP, padToGroups, TILE } from '../tile.ts';
import { planeMoments } from './plane.ts';
import { center } from './shared/center.ts';
import { sumRow } from './shared/sum-row.ts';
import { multiplyRows2by4, multiplyTriangle, weightRows4 } from './shared/weighted-products.ts';
import type { Moments } from './types.ts';

/**
 * Σ r, Σ r z and the lower triangle of Σ r z zᵀ per component, z = x − c_k. `second` holds K packed triangles (full)
 * or, summed over the components, one (tied).
 *
 * Per component z and w = r z are written out once; the products w_i z_j are then taken in groups of 4 × 4 features.
 * Rows of z from D on stay 0 and fill the last group.
 */
export function momentsFull(parameters: KernelParameters, layout: 'triangles' | 'one triangle'): Moments {
  const { nComponents, nFeatures: d, means } = parameters;
  const size = padToGroups(d);
  const packed = (d * (d + 1)) / 2;
  const counts = new LongSums(nComponents);
  const first = new LongSums(nComponents * d);
  const second = new LongSums(layout === 'triangles' ? nComponents * packed : packed);
  const z = new Float64Array(size * TILE);
  const w = new Float64Array(size * TILE);
  const rowSums = new Float64Array(size);
  const products = new Float64Array(size * size);
  const sums = new Float64Array(6);
  const addPlane = (x: Float64Array, count: number, responsibilities: Float64Array) => {
    for (let k = 0; k < nComponents; k++) {
      planeMoments(x, count, means[2 * k]!, means[2 * k + 1]!, responsibilities, k * TILE, sums);
      counts.add(k, sums[0]!);
      for (let i = 0; i < 2; i++) first.add(2 * k + i, sums[1 + i]!);
      for (let i = 0; i < 3; i++) second.add((layout === 'triangles' ? 3 * k : 0) + i, sums[3 + i]!);
    }
  };
  const addGroups = (x: Float64Array, count: number, responsibilities: Float64Array) => {
    for (let k = 0; k < nComponents; k++) {
      const weight = sumRow(responsibilities, k * TILE, count);
      if (weight === 0) continue;
      counts.add(k, weight);
      center(x, count, d, means, k * d, z);
      for (let i = 0; i < size; i += GROUP) weightRows4(z, i, count, responsibilities, k * TILE, w, rowSums);
      for (let i = 0; i < d; i++) first.add(k * d + i, rowSums[i]!);
      multiplyLowerTriangle(w, z, count, size, products);
      let at = layout === 'triangles' ? k * packed : 0;
      for (let i = 0; i < d; i++) for (let j = 0; j <= i; j++) second.add(at++, products[i * size + j]!);
    }
  };
  return { counts, first, second, add: d === 2 ? addPlane : addGroups };
}

/** products[i][j] = Σ_p w_ip z_jp for j ≤ i; what lies above the diagonal is left alone. */
function multiplyLowerTriangle(w: Float64Array, z: Float64Array, count: number, size: number, products: Float64Array) {
  for (let i = 0; i < size; i += GROUP) {
    for (let j = 0; j < i; j += GROUP) {
      multiplyRows2by4(w, i, z, j, count, products, size);
      multiplyRows2by4(w, i + 2, z, j, count, products, size);
    }
    multiplyTriangle(w, z, i, count, products, size);
  }
}
