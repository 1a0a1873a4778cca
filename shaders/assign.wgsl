// k-means: the nearest centre of each point of a chunk, by squared distance |x_n − c_k|², among one batch of centres; of equals the one with the
// lowest index. `nearest` and `labels` carry the best so far from batch to batch. Twin: src/backends/cpu/stages/assign.ts

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
    best[p] = MAX_FLOAT;
    if (batch.first > 0u) {
      let n = point_number(group.x, lane, p);
      best[p] = nearest[n];
      label[p] = labels[n];
    }
  }
  for (var k = 0u; k < batch.count; k++) {
    var distance = array<f32, POINTS>();   // with `()`: Tint does not clear a bare var in every iteration
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
