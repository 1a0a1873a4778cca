/**
 * Colours of points from their responsibilities, in float64: rgba8 numbers, red in the lowest byte, the entropy divided by ln K in alpha.
 * Twin of `shaders/blend.wgsl`.
 * @param responsibilities `count` × K, row-major
 * @param colors K × 3, 0 … 1
 * @param out written from `from` on
 */
export function blendRows(
  responsibilities: Float32Array | Float64Array,
  count: number,
  colors: Float32Array | Float64Array,
  out: Uint32Array,
  from: number,
): void {
  const K = colors.length / 3;
  const most = Math.log(Math.max(2, K));
  for (let n = 0; n < count; n++) {
    let [red, green, blue, entropy] = [0, 0, 0, 0];
    for (let k = 0; k < K; k++) {
      const r = responsibilities[n * K + k]!;
      red += r * colors[3 * k]!;
      green += r * colors[3 * k + 1]!;
      blue += r * colors[3 * k + 2]!;
      if (r > 0) entropy -= r * Math.log(r);
    }
    out[from + n] = (byteOf(red) | (byteOf(green) << 8) | (byteOf(blue) << 16) | (byteOf(entropy / most) << 24)) >>> 0;
  }
}

/** As WGSL's `pack4x8unorm` rounds. */
function byteOf(part: number): number {
  return Math.floor(0.5 + 255 * Math.min(1, Math.max(0, part)));
}
