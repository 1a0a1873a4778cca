/** How numbers of an array are written: in as many digits as bring the same number back, and few more. */
export function writerOf(data: Float32Array | Float64Array): (x: number) => string {
  return data instanceof Float32Array ? single : String;
}

/** A float32 number in no more digits than tell it from all others. Small whole numbers, 0 and 1 above all, need no rounding. */
function single(x: number): string {
  return Number.isInteger(x) && Math.abs(x) < 1e9 ? `${x}` : `${Number(x.toPrecision(9))}`;
}
