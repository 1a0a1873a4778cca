import type { HostPoints, MixtureParts } from 'emgpu';

/** Few points: the lessons compute on the CPU, where starting costs nothing. */
export const ON_CPU = { backend: 'cpu' } as const;

/** Rows of two numbers as the engine takes them. */
export function toPoints(rows: readonly (readonly number[])[]): HostPoints {
  return { data: Float64Array.from(rows.flat()), nFeatures: 2 };
}

/** Row-major numbers of the engine as rows of `width`. */
export function toRows(data: ArrayLike<number>, width: number): number[][] {
  return Array.from({ length: data.length / width }, (_, n) =>
    Array.from({ length: width }, (_, d) => data[n * width + d]!),
  );
}

/** `[D][D]`: that of component k of a mixture whose covariances are full. */
export function covarianceOf({ covariances }: MixtureParts, k: number): number[][] {
  return (covariances as number[][][])[k]!;
}

/** Between the colours of components, by shares that sum to 1: `[K]` CSS colours, `[K]` shares. */
export function blend(colors: readonly string[], shares: readonly number[]): string {
  let mixed = colors[0]!;
  let total = shares[0]!;
  for (let k = 1; k < colors.length; k++) {
    total += shares[k]!;
    const share = total > 0 ? (100 * shares[k]!) / total : 0;
    mixed = `color-mix(in oklab, ${colors[k]} ${share.toFixed(1)}%, ${mixed})`;
  }
  return mixed;
}
