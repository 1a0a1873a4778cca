// What a mixture says of each point of a chunk, from its log-densities (base 2):
//
//   LABELS             the component of the largest density, the lowest index among equals
//   LOG_DENSITIES      ln sum_k 2^densities[k][n]
//   RESPONSIBILITIES   2^densities[k][n] / sum, row by row: result[n][k]
//
// `result` is bound where the chunk's part of the whole output begins. Twin: src/backends/cpu/stages/normalize.ts

#import job

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read> densities: array<f32>;
#if LABELS
@group(0) @binding(2) var<storage, read_write> result: array<u32>;
#else
@group(0) @binding(2) var<storage, read_write> result: array<f32>;
#endif

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n >= job.count) {
    return;
  }
  var m = densities[n];
  var s = 1.0;
  var label = 0u;
  for (var k = 1u; k < job.components; k++) {
    let value = densities[k * job.row + n];
    let e = exp2(max(-abs(value - m), MIN_EXPONENT));
    s = select(s + e, fma(s, e, 1.0), value > m);
    label = select(label, k, value > m);
    m = max(m, value);
  }
#if LABELS
  result[n] = label;
#elif LOG_DENSITIES
  result[n] = 0.6931471805599453 * (m + job.offset + log2(s));
#else
  for (var k = 0u; k < job.components; k++) {
    result[n * job.components + k] = exp2(max(densities[k * job.row + n] - m, MIN_EXPONENT)) / s;
  }
#endif
}
