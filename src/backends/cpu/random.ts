/**
 * Random numbers that depend on nothing but a seed, a row of the dataset and a component, all u32.
 * Uniform in (0, 1), by 24 bits. Twin of `shaders/shared/random.wgsl`.
 */
export function uniformOf(seed: number, row: number, k: number): number {
  const hash = pcg(pcg(pcg(seed) + row) + k);
  return ((hash >>> 8) + 0.5) * 2 ** -24;
}

/** PCG's output permutation as a hash (Jarzynski & Olano 2020), u32 → u32; `x` is taken modulo 2^32. */
function pcg(x: number): number {
  const s = (Math.imul(x, 747796405) + 2891336453) >>> 0;
  const word = Math.imul((s >>> ((s >>> 28) + 4)) ^ s, 277803737);
  return ((word >>> 22) ^ word) >>> 0;
}
