// Responsibilities that do not come from parameters, for the first M-step of a fit: for one chunk of points, the log-densities (base 2) from which
// `normalize` makes them,
//
//   RANDOM   densities[k][n] = log2 u_nk, u_nk independent and uniform in (0, 1]
//   LABELS   densities[k][n] = 0 for the component that the label names, WEIGHTLESS for the others
//
// and peaks[n] = peak_n, the largest of each point. Twin: src/backends/cpu/assignment.ts

#import job
#if RANDOM
#import random
#endif

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read_write> densities: array<f32>;
@group(0) @binding(2) var<storage, read_write> peaks: array<f32>;
#if RANDOM
@group(0) @binding(3) var<storage, read> draw: array<u32, 2>;    // the seed; the index in the dataset of the window's first row
#else
@group(0) @binding(3) var<storage, read> labels: array<u32>;     // one per point of the window
#endif

fn density(n: u32, k: u32) -> f32 {
#if RANDOM
  return log2(uniform_of(draw[0], draw[1] + job.first + n, k));
#else
  return select(WEIGHTLESS, 0.0, labels[job.first + n] == k);
#endif
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n >= job.count) {
    return;
  }
  var peak = WEIGHTLESS;
  for (var k = 0u; k < job.components; k++) {
    let value = density(n, k);
    densities[k * job.row + n] = value;
    peak = max(peak, value);
  }
  peaks[n] = peak;
}
