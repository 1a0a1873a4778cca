// The colour of each point of a chunk, for drawing: those of the components, blended by responsibility, and how unsure the point is.
//
//   result[n] = pack4x8unorm(sum_k r_nk colors_k, entropy of r_n / ln K)
//
// Mixtures blend log-densities (base 2); HARD (k-means) takes the colour of the label, of which nothing is unsure. `result` is bound
// where the chunk's part of the whole output begins. Twin: src/em/colors.ts

#import job

@group(0) @binding(0) var<uniform> job: Job;
#if HARD
@group(0) @binding(1) var<storage, read> labels: array<u32>;
#else
@group(0) @binding(1) var<storage, read> densities: array<f32>;
#endif
@group(0) @binding(2) var<storage, read> colors: array<vec4f>;   // red, green, blue of each component
@group(0) @binding(3) var<storage, read_write> result: array<u32>;

fn color_of(n: u32) -> vec4f {
#if HARD
  return vec4f(colors[labels[n]].rgb, 0.0);
#else
  var m = densities[n];
  for (var k = 1u; k < job.components; k++) {
    m = max(m, densities[k * job.row + n]);
  }
  // Sums of e = 2^(density - m): of all, of those times their colours, of those times their exponents.
  var s = 0.0;
  var color = vec3f(0.0);
  var exponents = 0.0;
  for (var k = 0u; k < job.components; k++) {
    let exponent = max(densities[k * job.row + n] - m, MIN_EXPONENT);
    let e = exp2(exponent);
    s += e;
    color += e * colors[k].rgb;
    exponents += e * exponent;
  }
  let bits = log2(s) - exponents / s;   // the entropy, base 2
  return vec4f(color / s, bits / max(1.0, log2(f32(job.components))));
#endif
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n < job.count) {
    result[n] = pack4x8unorm(color_of(n));
  }
}
