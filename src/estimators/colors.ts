import { blendRows } from '../em/colors.ts';
import type { BlendOptions, Dataset, KernelParameters, RunOptions } from '../em/types.ts';
import { EmgpuError } from '../errors.ts';

/** Red, green and blue of each component, 0 … 1: `[K][3]`. Colours are blended as they are, without undoing gamma. */
export type ComponentColors = readonly (readonly number[])[];

/** Throws `invalid-option` unless there is a colour for each of K components. */
function checkColors(colors: ComponentColors, nComponents: number): Float32Array {
  const wrong = colors.findIndex((color) => color.length !== 3 || !color.every((part) => part >= 0 && part <= 1));
  if (colors.length === nComponents && wrong < 0) return Float32Array.from(colors.flat());
  throw new EmgpuError(
    'invalid-option',
    wrong < 0
      ? `There must be one colour per component (${nComponents}, noise included), got ${colors.length}.`
      : `A colour is three numbers from 0 to 1; that of component ${wrong} is ${JSON.stringify(colors[wrong])}.`,
    'Pass [[red, green, blue], …].',
  );
}

/** @internal The colours in a buffer: one pass over points on a device. Throws `invalid-option` before it. */
export function blendOnDevice(
  dataset: Dataset,
  parameters: KernelParameters,
  colors: ComponentColors,
  options: BlendOptions,
): Promise<GPUBuffer> {
  const checked = checkColors(colors, parameters.nComponents);
  return dataset.blend?.(checked, parameters, options) ?? refuseHost();
}

function refuseHost(): never {
  throw new EmgpuError(
    'invalid-option',
    "The points are not in a device's memory, so there is no GPU buffer to give.",
    'Use colors().',
  );
}

/** @internal The colours in host memory, wherever the points are. */
export async function blendOnHost(
  dataset: Dataset,
  parameters: KernelParameters,
  colors: ComponentColors,
  options: RunOptions,
): Promise<Uint32Array> {
  const checked = checkColors(colors, parameters.nComponents);
  if (dataset.colors) return dataset.colors(checked, parameters, options);
  return blend(await dataset.read('responsibilities', parameters, options), checked);
}

function blend(responsibilities: Float32Array | Float64Array, colors: Float32Array | Float64Array): Uint32Array {
  const out = new Uint32Array(responsibilities.length / (colors.length / 3));
  blendRows(responsibilities, out.length, colors, out, 0);
  return out;
}

/**
 * Colours of points from N × K responsibilities, row-major, as a fit's `colors()` gives them: N rgba8 numbers, red in the lowest byte. Alpha is the
 * entropy of the responsibilities divided by ln K: 0 for a point that surely belongs to one component, 255 where all are equally likely. Throws
 * `invalid-option`.
 */
export function blendColors(responsibilities: Float32Array | Float64Array, colors: ComponentColors): Uint32Array {
  checkColors(colors, colors.length);
  return blend(responsibilities, Float64Array.from(colors.flat()));
}
