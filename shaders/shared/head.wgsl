// The head of a float32: its leading 12 bits. What is left, x - head_of(x), has at most 12 bits as well. So the product of two heads or rests is
// exact, and so is a sum of up to 2^12 heads of one size. Bits are cleared, because compilers may simplify arithmetic that splits a number.

fn head_of(x: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(x) & 0xfffff000u);
}

fn heads_of(x: vec4f) -> vec4f {
  return bitcast<vec4f>(bitcast<vec4u>(x) & vec4u(0xfffff000u));
}
