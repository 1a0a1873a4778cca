// Responsibilities that do not come from the parameters, for one chunk of points, as the log-densities (base 2) that `normalize` makes
// them of:
//
//   RANDOM   densities[k][n] = log2 u_nk, u independent and uniform in (0, 1]
//   LABELS   densities[k][n] = 0 for the component that is named, and what one without weight has for the others
//
// and maxima[n], the largest of each point. Twin: src/backends/cpu/assignment.ts

#import job
#if RANDOM
#import random
#endif

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read_write> densities: array<f32>;
@group(0) @binding(2) var<storage, read_write> maxima: array<f32>;
#if RANDOM
@group(0) @binding(3) var<storage, read> draw: array<u32, 2>;    // the seed; the row of the dataset that the window begins with
#else
@group(0) @binding(3) var<storage, read> labels: array<u32>;     // of the window's points
#endif

fn density(n: u32, k: u32) -> f32 {
#if RANDOM
  return log2(uniform_of(draw[0], draw[1] + job.first + n, k));
#else
  return select(-2.0 * MAX_DISTANCE, 0.0, labels[job.first + n] == k);
#endif
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n >= job.count) {
    return;
  }
  var largest = -2.0 * MAX_DISTANCE;
  for (var k = 0u; k < job.components; k++) {
    let value = density(n, k);
    densities[k * job.row + n] = value;
    largest = max(largest, value);
  }
  maxima[n] = largest;
}
