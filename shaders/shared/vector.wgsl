// The vector type of a block of features. D features are DB blocks of W: vec2f for D <= 2, else vec4f, the last block padded with zeros. Products are
// added with fma(), because some drivers never contract a product and a sum by themselves.

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

// Whether the c-th number of block b is a feature. Compilers leave out what they can tell is padding, and all that leads to it.
fn has_feature(b: u32, c: u32) -> bool {
  return c < D - (DB - 1u) * W || b < DB - 1u;
}

// a + v · w over the features of block b, in a fixed order: compilers could reorder dot(), and variants must give the same bits.
fn add_inner(v: Vec, w: Vec, b: u32, a: f32) -> f32 {
  var sum = a;
#each c W
  if (has_feature(b, {c}u)) {
    sum = fma(v[{c}], w[{c}], sum);
  }
#end
  return sum;
}
