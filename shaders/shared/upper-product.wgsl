// a + Bᵀ v for an upper triangular block B, whose rows are the columns of m: 10 of the 16 products.
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
