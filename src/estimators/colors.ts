import type { BlendOptions, Dataset, KernelParameters, ResidentPoints } from '../em/types.ts';
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
    'Use blendColors() with predictProba().',
  );
}

/**
 * Colours of points from N × K responsibilities, row-major: what `colorsBuffer` leaves on the device, in float64. N rgba8 numbers, red in
 * the lowest byte; alpha is the entropy of the responsibilities divided by ln K: 0 where it is sure, 255 where all components are equally
 * likely. Throws `invalid-option`.
 */
export function blendColors(responsibilities: Float32Array | Float64Array, colors: ComponentColors): Uint32Array {
  const K = colors.length;
  checkColors(colors, K);
  const most = Math.log(Math.max(2, K));
  return Uint32Array.from({ length: responsibilities.length / K }, (_, n) => {
    const color = [0, 0, 0];
    let entropy = 0;
    for (let k = 0; k < K; k++) {
      const r = responsibilities[n * K + k]!;
      for (let i = 0; i < 3; i++) color[i]! += r * colors[k]![i]!;
      if (r > 0) entropy -= r * Math.log(r);
    }
    return packRgba(color[0]!, color[1]!, color[2]!, entropy / most);
  });
}

/** As WGSL's `pack4x8unorm`. */
function packRgba(...parts: [number, number, number, number]): number {
  const [r, g, b, a] = parts.map((part) => Math.floor(0.5 + 255 * Math.min(1, Math.max(0, part)))) as typeof parts;
  return ((a << 24) | (b << 16) | (g << 8) | r) >>> 0;
}
