// Vec per component: mean, b, U (block column j holds the blocks i <= j, each as its W rows), and one that starts with c.
const FACTOR: u32 = DB * (DB + 1u) / 2u * W;
const STRIDE: u32 = 2u * DB + FACTOR + 1u;

// Block (i, j) of the factor.
fn factor_block(base: u32, i: u32, j: u32) -> Mat {
  let at = base + 2u * DB + (j * (j + 1u) / 2u + i) * W;
#if WIDE
  return Mat(parameter(at), parameter(at + 1u), parameter(at + 2u), parameter(at + 3u));
#else
  return Mat(parameter(at), parameter(at + 1u));
#endif
}

// a + m^T v for an upper triangular block: 10 of the 16 products.
fn add_upper_product(m: Mat, v: Vec, a: Vec) -> Vec {
  let x = fma(m[0].x, v.x, a.x);
  let y = fma(m[1].y, v.y, fma(m[0].y, v.x, a.y));
#if WIDE
  let z = fma(m[2].z, v.z, fma(m[1].z, v.y, fma(m[0].z, v.x, a.z)));
  let w = fma(m[3].w, v.w, fma(m[2].w, v.z, fma(m[1].w, v.y, fma(m[0].w, v.x, a.w))));
  return Vec(x, y, z, w);
#else
  return Vec(x, y);
#endif
}
