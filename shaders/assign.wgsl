// k-means assignment of one chunk of points, against one batch of centres: the nearest by squared distance, the lowest
// index among equals. `nearest` and `labels` carry the best so far from batch to batch. Twin: src/backends/cpu/stages/assign.ts

#import job
#import vector
#import parameters

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(2) var<storage, read> points: array<Vec>;
@group(0) @binding(3) var<storage, read_write> nearest: array<f32>;
@group(0) @binding(4) var<storage, read_write> labels: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n >= job.count) {
    return;
  }
  var x: array<Vec, DB>;
  for (var b = 0u; b < DB; b++) {
    x[b] = points[block_index(job.first + n, b)];
  }
  var best = MAX_DISTANCE;
  var label = 0u;
  if (job.batch_first > 0u) {
    best = nearest[n];
    label = labels[n];
  }
  for (var k = 0u; k < job.batch_count; k++) {
    var distance = 0.0;
    for (var b = 0u; b < DB; b++) {
      let z = x[b] - parameter(k * DB + b);
      distance += dot(z, z);
    }
    if (distance < best || job.batch_first + k == 0u) {
      best = distance;
      label = job.batch_first + k;
    }
  }
  nearest[n] = best;
  labels[n] = label;
}
