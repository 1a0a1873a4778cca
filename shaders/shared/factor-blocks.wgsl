// Blocks of the precision factor U (upper triangular, precision = U U^T), stored for y = U^T z: block column j holds the
// blocks i <= j, each as its W rows, so that block (i, j) is the matrix to multiply z_i with.

// How many Vec a factor takes.
const FACTOR: u32 = DB * (DB + 1u) / 2u * W;

fn factor_block(base: u32, i: u32, j: u32) -> Mat {
  let at = base + (j * (j + 1u) / 2u + i) * W;
#if WIDE
  return Mat(parameter(at), parameter(at + 1u), parameter(at + 2u), parameter(at + 3u));
#else
  return Mat(parameter(at), parameter(at + 1u));
#endif
}
