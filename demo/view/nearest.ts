import type { HostPoints } from 'emgpu';
import { turn } from '../shared/turn.ts';
import { project, strideFor } from './projection.ts';
import type { Projection } from './types.ts';

/** Points that can be found, at most; of more, every so many. */
const MOST = 1_000_000;
/** Cells each way. */
const CELLS = 256;
/** Points between two turns of the page. */
const BATCH = 1 << 13;

/** Points by cells of the plane, to find the one next to the pointer without looking at all. */
export class PlaneIndex {
  readonly #plane: Float64Array;
  readonly #stride: number;
  readonly #low: [number, number];
  readonly #perUnit: [number, number];
  /** Points cell by cell, and where each cell begins. */
  readonly #order: Uint32Array;
  readonly #begins: Uint32Array;

  /** With turns for the page: of a million points this takes some tenths of a second. */
  static async of(points: HostPoints, projection: Projection): Promise<PlaneIndex> {
    const D = points.nFeatures;
    const stride = strideFor(points.data.length / D, MOST);
    const plane = new Float64Array(2 * Math.ceil(points.data.length / D / stride));
    for (let i = 0; 2 * i < plane.length; i++) {
      if (i % BATCH === BATCH - 1) await turn();
      plane.set(project(projection, points.data, i * stride * D), 2 * i);
    }
    await turn();
    return new PlaneIndex(plane, stride);
  }

  /** `plane`: u, v, u, v, … of every `stride`-th row. */
  private constructor(plane: Float64Array, stride: number) {
    this.#stride = stride;
    this.#plane = plane;
    const u = extent(this.#plane, 0);
    const v = extent(this.#plane, 1);
    this.#low = [u.low, v.low];
    this.#perUnit = [CELLS / (u.high - u.low || 1), CELLS / (v.high - v.low || 1)];
    this.#begins = new Uint32Array(CELLS * CELLS + 1);
    this.#order = new Uint32Array(this.#plane.length / 2);
    this.#sort();
  }

  /** Row of the point nearest to (u, v) in pixels, within `reach` pixels; undefined where there is none. `scale`: pixels per unit. */
  nearest(u: number, v: number, scale: readonly [number, number], reach: number): number | undefined {
    const [du, dv] = [reach / Math.abs(scale[0]), reach / Math.abs(scale[1])];
    let best = reach * reach;
    let found: number | undefined;
    for (let cy = this.#cell(v - dv, 1); cy <= this.#cell(v + dv, 1); cy++) {
      const first = this.#begins[cy * CELLS + this.#cell(u - du, 0)]!;
      const end = this.#begins[cy * CELLS + this.#cell(u + du, 0) + 1]!;
      for (let at = first; at < end; at++) {
        const i = this.#order[at]!;
        const dx = (this.#plane[2 * i]! - u) * scale[0];
        const dy = (this.#plane[2 * i + 1]! - v) * scale[1];
        const square = dx * dx + dy * dy;
        if (square > best) continue;
        best = square;
        found = i * this.#stride;
      }
    }
    return found;
  }

  #cell(value: number, part: 0 | 1): number {
    const cell = Math.floor((value - this.#low[part]) * this.#perUnit[part]);
    return Math.min(CELLS - 1, Math.max(0, cell || 0));
  }

  /** Counting sort. */
  #sort(): void {
    const cellOf = (i: number) => this.#cell(this.#plane[2 * i + 1]!, 1) * CELLS + this.#cell(this.#plane[2 * i]!, 0);
    const n = this.#order.length;
    for (let i = 0; i < n; i++) this.#begins[cellOf(i) + 1]!++;
    for (let c = 0; c < CELLS * CELLS; c++) this.#begins[c + 1]! += this.#begins[c]!;
    const next = this.#begins.slice();
    for (let i = 0; i < n; i++) this.#order[next[cellOf(i)]!++] = i;
  }
}

function extent(plane: Float64Array, part: 0 | 1): { low: number; high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (let i = part; i < plane.length; i += 2) {
    low = Math.min(low, plane[i]!);
    high = Math.max(high, plane[i]!);
  }
  return { low, high };
}
