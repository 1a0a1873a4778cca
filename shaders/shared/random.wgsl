// Random numbers that depend on nothing but the seed, a point's row in the dataset and a component: a hash of the three (the output permutation of
// PCG, after Jarzynski & Olano 2020). Twin: src/backends/cpu/random.ts

fn pcg(x: u32) -> u32 {
  let s = x * 747796405u + 2891336453u;
  let w = ((s >> ((s >> 28u) + 4u)) ^ s) * 277803737u;
  return (w >> 22u) ^ w;
}

// Uniform in (0, 1].
fn uniform_of(seed: u32, row: u32, k: u32) -> f32 {
  let h = pcg(pcg(pcg(seed) + row) + k);
  return (f32(h >> 8u) + 0.5) * 5.9604644775390625e-8;   // 2^-24
}
