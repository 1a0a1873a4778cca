// k-means assignment of one chunk of points, against one batch of centres: the nearest by squared distance, the lowest
// index among equals. `nearest` and `labels` carry the best so far from batch to batch. Twin: src/backends/cpu/stages/assign.ts

#import job
#import parameters
#import points

@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(3) var<storage, read_write> nearest: array<f32>;
@group(0) @binding(4) var<storage, read_write> labels: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let x = load_points(job.first, group.x, lane);
  var best: array<f32, POINTS>;
  var label = array<u32, POINTS>();
  for (var p = 0u; p < POINTS; p++) {
    best[p] = 3.4028234e38;
    if (batch.first > 0u) {
      let n = point_number(group.x, lane, p);
      best[p] = nearest[n];
      label[p] = labels[n];
    }
  }
  for (var k = 0u; k < batch.count; k++) {
    var distance = array<f32, POINTS>();   // written out: Tint forgets to clear a bare var in a loop
    for (var b = 0u; b < DB; b++) {
      let center = parameter(k * DB + b);
      for (var p = 0u; p < POINTS; p++) {
        let z = x[p][b] - center;
        distance[p] = add_inner(z, z, b, distance[p]);
      }
    }
    for (var p = 0u; p < POINTS; p++) {
      label[p] = select(label[p], batch.first + k, distance[p] < best[p]);
      best[p] = min(best[p], distance[p]);
    }
  }
  for (var p = 0u; p < POINTS; p++) {
    let n = point_number(group.x, lane, p);
    if (n < job.count) {   // `labels` may be the caller's buffer, without padding
      nearest[n] = best[p];
      labels[n] = label[p];
    }
  }
}
