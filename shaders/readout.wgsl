// What a mixture says of each point of a chunk, from its log-densities (base 2):
//
//   LABELS             the component of the largest density; of equals the one with the lowest index
//   LOG_DENSITIES      ln 2 (offset + log2 Σ_k 2^densities[k][n]), where `offset` of the job is what the host keeps out of the densities
//   RESPONSIBILITIES   2^densities[k][n] / their sum, row by row: result[n][k]
//
// `result` is bound from the chunk's part of the whole output on. Twins: labels, logDensities and responsibilities of
// src/backends/cpu/mixture-model.ts, with stages/normalize.ts

#import job
#import norm

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
  var norm = Norm(densities[n], 1.0);
  var label = 0u;
  for (var k = 1u; k < job.components; k++) {
    let value = densities[k * job.row + n];
    label = select(label, k, value > norm.peak);
    norm = include(norm, value);
  }
#if LABELS
  result[n] = label;
#elif LOG_DENSITIES
  result[n] = 0.6931471805599453 * (norm.peak + job.offset + log2(norm.total));
#else
  for (var k = 0u; k < job.components; k++) {
    result[n * job.components + k] = exp2(max(densities[k * job.row + n] - norm.peak, MIN_EXPONENT)) / norm.total;
  }
#endif
}
