// Blocks of the precision factor U (upper triangular, precision = U Uᵀ), stored for y = Uᵀ z: block column j holds its blocks i <= j one after
// another, each as its W rows. The rows become the columns of a Mat, so that block (i, j) times z_i is what z_i adds to y_j.

// Size of a factor, in Vec.
const FACTOR: u32 = DB * (DB + 1u) / 2u * W;

fn factor_block(base: u32, i: u32, j: u32) -> Mat {
  let at = base + (j * (j + 1u) / 2u + i) * W;
#if WIDE
  return Mat(parameter(at), parameter(at + 1u), parameter(at + 2u), parameter(at + 3u));
#else
  return Mat(parameter(at), parameter(at + 1u));
#endif
}
