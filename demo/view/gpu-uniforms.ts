import type { ResidentPoints } from 'emgpu';
import { pixelRows } from './camera.ts';
import { toneFor } from './tone.ts';
import type { Frame } from './types.ts';

/** Bytes of `Job` in splat.wgsl: a head, and 128 features of 16. */
export const JOB_BYTES = 64 + 128 * 16;
/** Bytes of `Tone` in tone.wgsl. */
export const TONE_BYTES = 13 * 16;

/** What a slice of a splat is about. */
export interface Slice {
  /** First point, within its window. */
  readonly first: number;
  readonly count: number;
  /** Index of the colour of the window's first point in what is bound. */
  readonly colorFirst: number;
}

/** `Job` of splat.wgsl, as far as all slices of a picture share it; {@link aim} fills in the rest. */
export function jobFor(
  frame: Frame,
  resident: ResidentPoints,
  unit: number,
  width: number,
  summed: number,
): ArrayBuffer {
  const bytes = new ArrayBuffer(JOB_BYTES);
  const [floats, words] = [new Float32Array(bytes), new Uint32Array(bytes)];
  const { left, top, width: w, height: h } = frame.plot;
  const { rows, offset } = pixelRows(frame, resident);
  floats.set([left, top, left + w, top + h, ...offset, frame.radius, unit]);
  words[8] = width;
  words[12] = resident.nFeatures;
  words[13] = writeFeatures(floats, words, rows, resident);
  words[14] = summed;
  return bytes;
}

/** Only features that the plane depends on: of two columns among a hundred, no more than two are read. Returns how many. */
function writeFeatures(
  floats: Float32Array,
  words: Uint32Array,
  [xs, ys]: readonly [Float64Array, Float64Array],
  { nFeatures, offset, stride }: ResidentPoints,
): number {
  let count = 0;
  for (let d = 0; d < nFeatures; d++) {
    if (xs[d] === 0 && ys[d] === 0) continue;
    const at = 16 + 4 * count++;
    floats.set([xs[d]!, ys[d]!], at);
    words.set([offset[d]!, stride[d]!], at + 2);
  }
  return count;
}

/** Points a job at a slice. */
export function aim(job: ArrayBuffer, { first, count, colorFirst }: Slice): void {
  new Uint32Array(job).set([first, count], 9);
  new Int32Array(job)[11] = colorFirst;
}

/** `Tone` of tone.wgsl. */
export function toneUniform(frame: Frame, unit: number, width: number, summed: number): ArrayBuffer {
  const bytes = new ArrayBuffer(TONE_BYTES);
  const [floats, words] = [new Float32Array(bytes), new Uint32Array(bytes)];
  const { back, text, ramp, strength, power } = toneFor(frame);
  floats.set([back, text, ...ramp].flatMap((color) => [...color, 1]));
  floats.set([unit, strength, power], 44);
  words.set([width, summed], 47);
  return bytes;
}
