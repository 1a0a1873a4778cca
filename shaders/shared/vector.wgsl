// The vector type of a point's blocks. D features are stored as DB blocks of W: vec2f for D <= 2, else vec4f, padded
// with zeros. Explicit fma(): some drivers never contract a product and a sum by themselves.

#if WIDE
alias Vec = vec4f;
alias Mat = mat4x4f;

fn add_product(m: Mat, v: Vec, a: Vec) -> Vec {
  return fma(m[3], Vec(v.w), fma(m[2], Vec(v.z), fma(m[1], Vec(v.y), fma(m[0], Vec(v.x), a))));
}
#else
alias Vec = vec2f;
alias Mat = mat2x2f;

fn add_product(m: Mat, v: Vec, a: Vec) -> Vec {
  return fma(m[1], Vec(v.y), fma(m[0], Vec(v.x), a));
}
#endif

// Where block `b` of point `n` (within its window) lies: tiles of 256 points, block by block, so that neighbouring
// invocations read neighbouring addresses.
fn block_index(n: u32, b: u32) -> u32 {
  return ((n >> 8u) * DB + b) * 256u + (n & 255u);
}
