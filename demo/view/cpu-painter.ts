import type { HostPoints } from 'emgpu';
import { turn } from '../shared/turn.ts';
import { type PixelRows, pixelRows } from './camera.ts';
import { crowding, onRamp, opacity, SUMMED, toneFor, unitFor } from './tone.ts';
import type { Frame, Painter } from './types.ts';

/** Points between two looks at the clock. */
const BATCH = 1 << 13;
/** Milliseconds of work before the page gets a turn. */
const SLICE = 8;

/** The painter for where there is no GPU: the shaders' algorithm in JavaScript, in slices that leave the page responsive. */
export function createCpuPainter(canvas: HTMLCanvasElement, points: HostPoints): Painter {
  return new CpuPainter(canvas, points);
}

class CpuPainter implements Painter {
  readonly #canvas: HTMLCanvasElement;
  readonly #points: HostPoints;
  #colors: Uint32Array | undefined;
  #generation = 0;

  constructor(canvas: HTMLCanvasElement, points: HostPoints) {
    this.#canvas = canvas;
    this.#points = points;
  }

  setColors(colors: GPUBuffer | Uint32Array | undefined): void {
    this.#colors = colors instanceof Uint32Array ? colors : undefined;
  }

  async draw(frame: Frame): Promise<boolean> {
    const generation = ++this.#generation;
    const { width, height } = this.#canvas;
    const { data, nFeatures: D } = this.#points;
    const picture = { sums: new Uint32Array(4 * width * height), width, unit: unitFor(data.length / D) };
    const image = new ImageData(width, height);
    const rows = pixelRows(frame, { shift: frame.projection.origin, scale: new Float64Array(D).fill(1) });
    const summed = this.#colors ? SUMMED[frame.color] : SUMMED.plain;
    const work = function* (this: CpuPainter) {
      yield* splat(picture, this.#points, rows, frame, summed === SUMMED.plain ? undefined : this.#colors, summed);
      yield* shade(picture, frame, summed, image);
    }.call(this);
    let since = performance.now();
    while (!work.next().done) {
      if (performance.now() - since < SLICE) continue;
      await turn();
      if (generation !== this.#generation) return false;
      since = performance.now();
    }
    this.#canvas.getContext('2d')!.putImageData(image, 0, 0);
    return true;
  }

  destroy(): void {
    this.#generation++;
    this.#colors = undefined;
  }
}

/** Four sums per pixel, as splat.wgsl leaves them. */
interface Sums {
  readonly sums: Uint32Array;
  /** Pixels in a row. */
  readonly width: number;
  readonly unit: number;
}

/**
 * Adds all points to the pixels where they fall; yields after every batch. Twin of splat.wgsl. In its loops, and those of {@link shade}, no
 * arrays are made or taken apart: Firefox would spend most of a picture on that.
 */
function* splat(
  target: Sums,
  { data, nFeatures: D }: HostPoints,
  { rows, offset }: PixelRows,
  { plot, radius, projection: { origin } }: Frame,
  colors: Uint32Array | undefined,
  summed: number,
): Generator<void> {
  const reach = radius > 0 ? radius + 0.5 : 0;
  const [right, bottom] = [plot.left + plot.width, plot.top + plot.height];
  const used = Array.from(origin.keys()).filter((d) => rows[0][d] !== 0 || rows[1][d] !== 0);
  for (let n = 0; n < data.length / D; n++) {
    if (n % BATCH === BATCH - 1) yield;
    let px = offset[0];
    let py = offset[1];
    for (const d of used) {
      const x = data[n * D + d]! - origin[d]!;
      px += rows[0][d]! * x;
      py += rows[1][d]! * x;
    }
    // Written so that what is not a number is out of sight.
    if (!(px + reach >= plot.left && px - reach < right && py + reach >= plot.top && py - reach < bottom)) continue;
    const low = Math.max(Math.floor(px - reach), plot.left);
    const high = Math.min(Math.floor(px + reach) + 1, right);
    const top = Math.max(Math.floor(py - reach), plot.top);
    const end = Math.min(Math.floor(py + reach) + 1, bottom);
    for (let y = top; y < end; y++) {
      for (let x = low; x < high; x++) {
        const far = radius > 0 ? Math.sqrt((x + 0.5 - px) ** 2 + (y + 0.5 - py) ** 2) : 0;
        const coverage = radius > 0 ? Math.min(1, Math.max(0, radius + 0.5 - far)) : 1;
        if (coverage > 0) add(target, 4 * (y * target.width + x), coverage, summed, colors?.[n] ?? 0);
      }
    }
  }
}

function add({ sums, unit }: Sums, at: number, coverage: number, summed: number, color: number): void {
  const weight = coverage * unit;
  sums[at]! += Math.floor(weight + 0.5);
  if (summed === SUMMED.responsibility) {
    sums[at + 1]! += Math.floor((weight * (color & 255)) / 255 + 0.5);
    sums[at + 2]! += Math.floor((weight * ((color >> 8) & 255)) / 255 + 0.5);
    sums[at + 3]! += Math.floor((weight * ((color >> 16) & 255)) / 255 + 0.5);
  } else if (summed === SUMMED.uncertainty) {
    sums[at + 1]! += Math.floor((weight * (color >>> 24)) / 255 + 0.5);
  }
}

/** Turns sums into the picture; yields after every batch. Twin of tone.wgsl. */
function* shade({ sums, unit }: Sums, frame: Frame, summed: number, image: ImageData): Generator<void> {
  const { back, text, ramp, strength, power } = toneFor(frame);
  const crowd = yield* crowding(sums, unit);
  const pixels = image.data;
  pixels.set([...back.map((c) => Math.round(255 * c)), 255]);
  const words = new Uint32Array(pixels.buffer);
  words.fill(words[0]!);
  for (let i = 0; i < sums.length; i += 4) {
    if (i % (4 * BATCH) === 0) yield;
    const count = sums[i]!;
    if (count === 0) continue;
    const a = strength * opacity(count / unit, crowd) ** power;
    const color = summed === SUMMED.uncertainty ? onRamp(ramp, sums[i + 1]! / count) : text;
    for (let c = 0; c < 3; c++) {
      const on = summed === SUMMED.responsibility ? Math.min(1, sums[i + 1 + c]! / count) : color[c]!;
      pixels[i + c] = Math.round(255 * (back[c]! + (on - back[c]!) * a));
    }
  }
}
