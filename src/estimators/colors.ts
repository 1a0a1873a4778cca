import { blendRows } from '../em/colors.ts';
import type { ResidentPoints } from '../em/resident.ts';
import type { BlendOptions, Dataset, KernelParameters, RunOptions } from '../em/types.ts';
import { EmgpuError } from '../errors.ts';

/** Red, green and blue of each component, 0 … 1: `[K][3]`. They are mixed as they are: no gamma is undone. */
export type ComponentColors = readonly (readonly number[])[];

/** @internal Throws `invalid-option` unless there is a colour for each of K components. */
export function checkColors(colors: ComponentColors, nComponents: number): Float32Array {
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

/** @internal One pass over points at home on a device. Throws at once what `checkColors` throws. */
export function blendOnDevice(
  dataset: Dataset,
  parameters: KernelParameters,
  colors: ComponentColors,
  options: BlendOptions,
): Promise<GPUBuffer> {
  const checked = checkColors(colors, parameters.nComponents);
  return dataset.blend?.(checked, parameters, options) ?? refuseHost();
}

/** @internal */
export function residentPoints(dataset: Dataset): ResidentPoints | undefined {
  return dataset.resident?.();
}

function refuseHost(): never {
  throw new EmgpuError(
    'invalid-option',
    "The points are not in a device's memory, so there is no GPU buffer to give.",
    'Use colors().',
  );
}

/** @internal The same in host memory, wherever the points are. */
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
 * Colours of points from N × K responsibilities, row-major: what a fit's `colors()` gives for them. N rgba8 numbers, red in the lowest byte; alpha is the
 * entropy of the responsibilities divided by ln K: 0 where it is sure, 255 where all components are equally likely. Throws `invalid-option`.
 */
export function blendColors(responsibilities: Float32Array | Float64Array, colors: ComponentColors): Uint32Array {
  checkColors(colors, colors.length);
  return blend(responsibilities, Float64Array.from(colors.flat()));
}
