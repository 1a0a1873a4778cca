// The colour of each point of a chunk, for drawing: the components' colours blended by responsibility, and in alpha how unsure the point is.
//
//   result[n] = pack4x8unorm(Σ_k r_nk colors_k, entropy of r_n / log K)
//
// Mixtures blend by their log-densities (base 2). HARD (k-means) takes the colour of the label, and no point is unsure. `result` is bound from the
// chunk'total part of the whole output on. Twin: src/em/colors.ts

#import job

@group(0) @binding(0) var<uniform> job: Job;
#if HARD
@group(0) @binding(1) var<storage, read> labels: array<u32>;
#else
@group(0) @binding(1) var<storage, read> densities: array<f32>;
#endif
@group(0) @binding(2) var<storage, read> colors: array<vec4f>;   // red, green and blue of each component
@group(0) @binding(3) var<storage, read_write> result: array<u32>;

fn color_of(n: u32) -> vec4f {
#if HARD
  return vec4f(colors[labels[n]].rgb, 0.0);
#else
  var peak = densities[n];
  for (var k = 1u; k < job.components; k++) {
    peak = max(peak, densities[k * job.row + n]);
  }
  // Sums over the components of e = 2^(density − peak), of e times the colour, and of e times the exponent.
  var total = 0.0;
  var color = vec3f(0.0);
  var exponents = 0.0;
  for (var k = 0u; k < job.components; k++) {
    let exponent = max(densities[k * job.row + n] - peak, MIN_EXPONENT);
    let e = exp2(exponent);
    total += e;
    color += e * colors[k].rgb;
    exponents += e * exponent;
  }
  let bits = log2(total) - exponents / total;   // the entropy, base 2
  return vec4f(color / total, bits / max(1.0, log2(f32(job.components))));
#endif
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n < job.count) {
    result[n] = pack4x8unorm(color_of(n));
  }
}
