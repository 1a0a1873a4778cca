// k-means++ seeding: the weighted squared distance of some points to a new centre, kept where it is the smallest so far.
//
//   nearest[i] = min(nearest[i], sum_d w_d (x_rows[i],d - c_d)^2)
//
// Twin: src/backends/cpu/seeding.ts

#import job
#import vector
#import parameters

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(2) var<storage, read> points: array<Vec>;
@group(0) @binding(3) var<storage, read> rows: array<u32>;               // within the window
@group(0) @binding(4) var<storage, read_write> nearest: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = job.first + id.x;
  if (id.x >= job.count) {
    return;
  }
  var distance = 0.0;
  for (var b = 0u; b < DB; b++) {
    let z = points[block_index(rows[i], b)] - parameter(b);
    distance += dot(parameter(DB + b), z * z);
  }
  nearest[i] = min(nearest[i], distance);
}
