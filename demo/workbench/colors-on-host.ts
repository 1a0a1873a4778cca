import { blendColors } from 'emgpu';
import { turn } from '../view/turn.ts';

/** Points between two looks at the clock. */
const BLOCK = 1 << 14;
/** Milliseconds of work before the page gets a turn. */
const SLICE = 8;

/** N colours, rgba8, of N × K responsibilities, with turns for the page: of ten million points it takes a second. */
export async function colorsOfShares(shares: Float32Array | Float64Array, palette: number[][]): Promise<Uint32Array> {
  const K = palette.length;
  const colors = new Uint32Array(shares.length / K);
  await inBlocks(colors.length, (from, to) =>
    colors.set(blendColors(shares.subarray(from * K, to * K), palette), from),
  );
  return colors;
}

/** N colours, rgba8, of N labels; see {@link colorsOfShares}. */
export async function colorsOfLabels(labels: Uint32Array, palette: number[][]): Promise<Uint32Array> {
  const ofClusters = palette.map((color) => blendColors(Float64Array.of(1), [color])[0]!);
  const colors = new Uint32Array(labels.length);
  await inBlocks(labels.length, (from, to) => {
    for (let n = from; n < to; n++) colors[n] = ofClusters[labels[n]!]!;
  });
  return colors;
}

async function inBlocks(n: number, work: (from: number, to: number) => void): Promise<void> {
  let since = performance.now();
  for (let from = 0; from < n; from += BLOCK) {
    work(from, Math.min(n, from + BLOCK));
    if (performance.now() - since < SLICE) continue;
    await turn();
    since = performance.now();
  }
}
